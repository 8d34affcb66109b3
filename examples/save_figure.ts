/**
 * A figure saved as SVG and as PNG: the map of the letters.
 *
 *     deno run --allow-read --allow-env --allow-sys --allow-ffi \
 *       --allow-write=out examples/save_figure.ts
 */

import {
  parameterArrays,
  pretrainedModel,
  projectToPlane,
  sizesOf,
} from "@makemore/mlp";
import { embeddingMap } from "@makemore/mlp/plots";
import { Resvg } from "@resvg/resvg-js";

const { parameters, vocabulary } = pretrainedModel();
const { C } = parameterArrays(parameters); // [V, E]
const plane = projectToPlane(C, sizesOf(parameters).embeddingSize);
const figure = embeddingMap(plane, vocabulary.tokens);

Deno.mkdirSync("out", { recursive: true });
Deno.writeTextFileSync("out/letters.svg", figure.svg);
const png = new Resvg(figure.svg, { font: { loadSystemFonts: true } })
  .render().asPng();
Deno.writeFileSync("out/letters.png", png);
console.log(`out/letters.svg, out/letters.png (${png.length} bytes)`);
