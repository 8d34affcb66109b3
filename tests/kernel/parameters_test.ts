import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  elementsOf,
  MAX_VOCABULARY_SIZE,
  type ModelSizes,
  PARAMETER_NAMES,
  parameterNames,
  PARAMETERS,
  parameterShapes,
  sizesOf,
  sizesOfShapes,
} from "../../lib/kernel/parameters.ts";
import { Chance, lecture } from "./kernels.ts";

const direct: ModelSizes = { ...lecture, directConnections: true };

Deno.test("PARAMETERS has the lecture's parameters and the paper's direct connections", () => {
  assertEquals(PARAMETER_NAMES, ["C", "W1", "b1", "W2", "b2", "Wd"]);
  assertEquals(
    PARAMETER_NAMES.filter((name) => !PARAMETERS[name].decays),
    ["b1", "b2"],
  );
});

Deno.test("parameterShapes() has the shapes of the lecture, and Wd where there is one", () => {
  const shapes = {
    C: [27, 10],
    W1: [30, 200],
    b1: [200],
    W2: [200, 27],
    b2: [27],
  };
  assertEquals(parameterShapes(lecture), shapes);
  assertEquals(parameterShapes(direct), { ...shapes, Wd: [30, 27] });
  assertEquals(parameterNames(parameterShapes(lecture)), Object.keys(shapes));
  assertEquals(parameterNames(parameterShapes(direct)), PARAMETER_NAMES);
  const count = Object.values(parameterShapes(lecture)).map(elementsOf)
    .reduce((sum, elements) => sum + elements);
  assertEquals(count, 11_897); // as the lecture counts them
});

Deno.test("parameterShapes() allows a hidden layer of 0 beside direct connections alone", () => {
  const alone = { ...direct, hiddenSize: 0 };
  const shapes = parameterShapes(alone);
  assertEquals([shapes.W1, shapes.b1, shapes.W2], [[30, 0], [0], [0, 27]]);
  assertEquals(sizesOfShapes(shapes), alone);
  assertEquals(sizesOf(new Chance(3).weights(alone, 1)), alone);
});

Deno.test("parameterShapes() refuses sizes that make no model", () => {
  const refused: [Partial<ModelSizes>, string][] = [
    [{ hiddenSize: 0 }, "from 1"],
    [{ hiddenSize: -1, directConnections: true }, "from 0"],
    [{ embeddingSize: 1.5 }, "Cannot use embeddingSize 1.5"],
    [{ contextLength: NaN }, "Cannot use contextLength NaN"],
    [{ vocabularySize: MAX_VOCABULARY_SIZE + 1 }, "from 1 to 65535"],
  ];
  for (const [sizes, message] of refused) {
    assertThrows(
      () => parameterShapes({ ...lecture, ...sizes }),
      RangeError,
      message,
    );
  }
});

Deno.test("sizesOf() and sizesOfShapes() read the sizes off the parameters", () => {
  const chance = new Chance(1);
  for (let trial = 0; trial < 100; trial++) {
    const sizes = chance.sizes(trial % 2 === 1);
    assertEquals(sizesOf(chance.weights(sizes, 1)), sizes);
    assertEquals(sizesOfShapes(parameterShapes(sizes)), sizes);
  }
});

Deno.test("sizesOf() refuses arrays that do not fit together, with their lengths", () => {
  const chance = new Chance(2);
  for (const sizes of [lecture, direct]) {
    const arrays = chance.weights(sizes, 1);
    for (const name of parameterNames(arrays)) {
      for (const length of [0, 1, arrays[name]!.length + 1]) {
        const wrong = { ...arrays, [name]: new Float32Array(length) };
        const error = assertThrows(() => sizesOf(wrong), RangeError);
        assert(error.message.includes(`${name} [${length}]`), error.message);
      }
    }
  }
});
