import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { assignParameters } from "../../lib/model/variables.ts";
import { smallModel as small } from "../oracles.ts";
import {
  createParameters,
  disposeParameters,
  parameterArrays,
  parameterNames,
  parametersFrom,
  sizesOf,
  TorchGenerator,
} from "../../mod.ts";

Deno.test("createParameters() makes float32 variables of the lecture's shapes", () => {
  const parameters = createParameters(small, {
    generator: new TorchGenerator(1),
  });
  const names = parameterNames(parameters);
  const shapes = names.map((name) => parameters[name]!.shape);
  assertEquals(shapes, [[27, 2], [6, 100], [100], [100, 27], [27]]);
  assert(
    names.every((name) =>
      parameters[name] instanceof tf.Variable &&
      parameters[name].dtype === "float32"
    ),
  );
  assertEquals(sizesOf(parameters), small);
  disposeParameters(parameters);
});

Deno.test("parametersFrom() takes Wd where there is one", () => {
  const sizes = { ...small, directConnections: true };
  const before = tf.memory().numTensors;
  const parameters = createParameters(sizes, {
    generator: new TorchGenerator(1),
  });
  assertEquals(tf.memory().numTensors, before + 6);
  const arrays = parameterArrays(parameters);
  const copy = parametersFrom(arrays);
  assertEquals(parameterArrays(copy), arrays);
  assignParameters(copy, { ...arrays, Wd: new Float32Array(162) });
  assertEquals(copy.Wd?.dataSync(), new Float32Array(162));
  disposeParameters(parameters);
  disposeParameters(copy);
  assertEquals(tf.memory().numTensors, before);
  const { Wd: _, ...five } = arrays;
  const without = parametersFrom(five);
  assertEquals(sizesOf(without), small);
  disposeParameters(without);
});

Deno.test("createParameters() leaves five tensors, disposeParameters() none", () => {
  const before = tf.memory().numTensors;
  const parameters = createParameters(small, {
    generator: new TorchGenerator(1),
  });
  assertEquals(tf.memory().numTensors, before + 5);
  disposeParameters(parameters);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("assignParameters() gives new numbers without leaving tensors", () => {
  const parameters = createParameters(small, {
    generator: new TorchGenerator(1),
  });
  const other = createParameters(small, { generator: new TorchGenerator(2) });
  const before = tf.memory().numTensors;
  assignParameters(parameters, parameterArrays(other));
  assertEquals(tf.memory().numTensors, before);
  assertEquals(parameterArrays(parameters), parameterArrays(other));
  disposeParameters(parameters);
  disposeParameters(other);
});
