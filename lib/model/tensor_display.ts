/**
 * Lets a tensor that is the last line of a notebook cell show its values, as in
 * Python. Imported for this effect, which only a notebook has.
 */

import * as tf from "@tensorflow/tfjs";
import { jupyterDisplay } from "../plots/figure.ts";
import { jupyterKernel } from "../plots/jupyter_kernel.ts";
import { tensorText } from "./tensor_text.ts";

if (jupyterKernel()) {
  const prototype = tf.Tensor.prototype as unknown as Record<symbol, unknown>;
  // What a cell ends with.
  prototype[jupyterDisplay] = function (this: tf.Tensor) {
    return { "text/plain": textOf(this) };
  };
  // What it logs.
  prototype[Symbol.for("Deno.customInspect")] = function (this: tf.Tensor) {
    return textOf(this);
  };
}

function textOf(tensor: tf.Tensor): string {
  const { shape, dtype } = tensor;
  if (tensor.isDisposed) {
    return `tensor(disposed, shape=[${shape.join(", ")}], dtype=${dtype})`;
  }
  return tensorText({ shape, dtype, values: tensor.dataSync() });
}
