/**
 * Checkpoints in the hands of Python: with its safetensors from PyPI, and with
 * PyTorch. The tests run where the Python that PYTHON names, or python3, has
 * them; else their names say what it lacks:
 *
 *     python3 -m venv venv && venv/bin/pip install safetensors numpy torch
 *     PYTHON=venv/bin/python deno test -A tests/saving/python_test.ts
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Checkpoint,
  encodeCheckpoint,
} from "../../lib/saving/checkpoint.ts";
import { decodeParameters } from "../../lib/saving/model_file.ts";
import { Vocabulary } from "../../lib/data/vocabulary.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { decodeSafetensors } from "../../lib/saving/safetensors.ts";
import { damaged, mutations } from "../mutations.ts";
import { smallCheckpoint } from "../checkpoints.ts";
import { inFolder } from "../files.ts";
import { forward, toFloat64 } from "../../lib/kernel/reference.ts";

const PYTHON = Deno.env.get("PYTHON") ?? "python3";

/** Why Python cannot import some modules, if it cannot. */
function lack(modules: string): string | undefined {
  try {
    const { success, stderr } = new Deno.Command(PYTHON, {
      args: ["-c", `import ${modules}`],
    }).outputSync();
    const lines = new TextDecoder().decode(stderr).trim().split("\n");
    return success ? undefined : `${PYTHON}: ${lines[lines.length - 1]}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `there is no ${PYTHON}`;
  }
}

const safetensors = lack("safetensors.numpy");
const torch = lack("safetensors.torch, torch");

/** Runs Python in a folder; what it prints must be JSON. */
function python(script: string, folder: string) {
  const { success, stdout, stderr } = new Deno.Command(PYTHON, {
    args: ["-c", script],
    cwd: folder,
  }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert(success, text(stderr));
  return JSON.parse(text(stdout));
}

/** The bytes of numbers, as Python's `tobytes().hex()` writes them. */
const hex = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength).toHex();

/** The lecture's second model, with weights as small as trained ones. */
function lectureCheckpoint(): Checkpoint {
  const generator = new TorchGenerator(2147483647);
  const randn = (count: number) =>
    generator.randn(count).map((weight) => weight * 0.3);
  return {
    ...smallCheckpoint(),
    parameters: {
      C: randn(270),
      W1: randn(6000),
      b1: randn(200),
      W2: randn(5400),
      b2: randn(27),
    },
    vocabulary: new Vocabulary([".", ..."abcdefghijklmnopqrstuvwxyz"]),
    generatorState: generator.getState(),
  };
}

/** A test that is left out, with the reason, where Python lacks something. */
function pythonTest(
  name: string,
  lacking: string | undefined,
  fn: () => Promise<void>,
) {
  const reason = lacking === undefined ? "" : ` (${lacking})`;
  Deno.test({ name: name + reason, ignore: lacking !== undefined, fn });
}

pythonTest(
  "encodeCheckpoint() writes what Python's safetensors reads",
  safetensors,
  () =>
    inFolder((folder) => {
      const checkpoint = lectureCheckpoint();
      const bytes = encodeCheckpoint(checkpoint);
      Deno.writeFileSync(`${folder}/a.safetensors`, bytes);
      const read = python(
        `
import json
from safetensors import safe_open
with safe_open("a.safetensors", "np") as file:
    tensors = {name: file.get_tensor(name) for name in file.keys()}
    print(json.dumps({
        "tensors": {name: [str(t.dtype), list(t.shape), t.tobytes().hex()]
                    for name, t in tensors.items()},
        "metadata": file.metadata(),
    }))`,
        folder,
      );
      const { tensors, metadata } = decodeSafetensors(bytes);
      assertEquals(new Map(Object.entries(read.metadata)), new Map(metadata));
      assertEquals(
        Object.fromEntries(
          [...tensors].map((
            [name, { shape, data }],
          ) => [name, ["float32", shape, hex(data)]]),
        ),
        read.tensors,
      );
    }),
);

pythonTest(
  "decodeSafetensors() takes nothing that Python's safetensors refuses, of 4,000 damaged files",
  safetensors,
  () =>
    inFolder((folder) => {
      const good = encodeCheckpoint(smallCheckpoint());
      const files = fc.sample(
        mutations.map((changes) => damaged(good, changes)),
        { seed: 5, numRuns: 4000 },
      );
      // One file of all: lengths, then bytes.
      const lengths = new Uint32Array(files.map(({ length }) => length));
      Deno.writeFileSync(
        `${folder}/all`,
        new Uint8Array(
          [new Uint8Array(lengths.buffer), ...files].flatMap((part) => [
            ...part,
          ]),
        ),
      );
      const theirs: (Record<string, string> | null)[] = python(
        `
import json, struct
from safetensors import deserialize
with open("all", "rb") as file:
    lengths = struct.unpack("<4000I", file.read(16000))
    results = []
    for length in lengths:
        data = file.read(length)
        try:
            results.append({name: f"{t['dtype']} {list(t['shape'])} {t['data'].hex()}"
                            for name, t in deserialize(data)})
        except Exception:
            results.append(None)
print(json.dumps(results))`,
        folder,
      );
      let read = 0;
      let refused = 0;
      for (const [index, bytes] of files.entries()) {
        let ours: ReturnType<typeof decodeSafetensors>;
        try {
          ours = decodeSafetensors(bytes);
        } catch (error) {
          assert(error instanceof RangeError);
          refused++;
          continue;
        }
        read++;
        const summary = [...ours.tensors].map(([name, tensor]) => [
          name,
          `F32 [${tensor.shape.join(", ")}] ${hex(tensor.data)}`,
        ]);
        assertEquals(
          Object.fromEntries(summary),
          theirs[index],
          `file ${index}`,
        );
      }
      assert(read > 500 && refused > 500, `${read} read, ${refused} refused`);
    }),
);

pythonTest(
  "encodeCheckpoint() writes what PyTorch computes the same logits from, to 1e-5, as the documentation has it",
  torch,
  () =>
    inFolder((folder) => {
      const { parameters, ...checkpoint } = lectureCheckpoint();
      Deno.mkdirSync(`${folder}/out/run`, { recursive: true });
      Deno.writeFileSync(
        `${folder}/out/run/checkpoint.safetensors`,
        encodeCheckpoint({ ...checkpoint, parameters }),
      );
      const page = Deno.readTextFileSync(
        new URL("../../docs/checkpoints.md", import.meta.url),
      );
      const [, script] = page.match(/```python\n(.*?)```/s)!;
      const contexts = [[0, 0, 0], [0, 0, 5], [0, 5, 13], [26, 26, 26]];
      const everyWordBegins = "[[0, 0, 0]]";
      assert(script.includes(everyWordBegins));
      const logits: number[][] = python(
        script.replace(everyWordBegins, JSON.stringify(contexts)) +
          "print(logits.tolist())",
        folder,
      );
      const ours = forward(
        { V: 27, T: 3, E: 10, H: 200 },
        toFloat64(parameters),
        { X: contexts.flat(), Y: contexts.map(() => 0) },
      ).logits;
      assertEquals(logits.flat().length, ours.length);
      for (const [index, logit] of logits.flat().entries()) {
        assert(Math.abs(logit - ours[index]) < 1e-5, `${logit} ${ours[index]}`);
      }
    }),
);

pythonTest(
  "encodeCheckpoint() writes a generator's state from which PyTorch goes on",
  torch,
  () =>
    inFolder((folder) => {
      const checkpoint = lectureCheckpoint();
      Deno.writeFileSync(
        `${folder}/a.safetensors`,
        encodeCheckpoint(checkpoint),
      );
      const theirs = python(
        `
import base64, torch
from safetensors import safe_open
with safe_open("a.safetensors", "pt") as file:
    state = base64.b64decode(file.metadata()["generator"])
g = torch.Generator()
g.set_state(torch.tensor(list(state), dtype=torch.uint8))
print([torch.randint(0, 1000, (50,), generator=g).tolist(),
       torch.rand(50, generator=g).tolist()])`,
        folder,
      );
      const g = new TorchGenerator(0).setState(checkpoint.generatorState);
      assertEquals(theirs, [[...g.randint(0, 1000, 50)], [...g.rand(50)]]);
    }),
);

pythonTest(
  "decodeParameters() reads what PyTorch saves",
  torch,
  () =>
    inFolder((folder) => {
      const weights = python(
        `
import json, torch
from safetensors.torch import save_file
g = torch.Generator().manual_seed(2147483647)
shapes = {"C": (27, 2), "W1": (6, 100), "b1": (100,), "W2": (100, 27), "b2": (27,), "Wd": (6, 27)}
p = {name: torch.randn(shape, generator=g).requires_grad_() for name, shape in shapes.items()}
save_file(p, "pytorch.safetensors")
print(json.dumps({name: t.flatten().tolist() for name, t in p.items()}))`,
        folder,
      );
      const parameters = decodeParameters(
        Deno.readFileSync(`${folder}/pytorch.safetensors`),
        { source: "pytorch.safetensors" },
      );
      for (const [name, array] of Object.entries(parameters)) {
        assertEquals([...array], weights[name], name);
      }
    }),
);
