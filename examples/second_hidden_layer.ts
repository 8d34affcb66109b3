/**
 * A second hidden layer, written in tfjs and trained with Adam. It is evaluated
 * and sampled like any other model: `deno run examples/second_hidden_layer.ts`
 */

import * as mlp from "@makemore/mlp";
import * as tf from "@tensorflow/tfjs";

const words = mlp.embeddedWords().words.slice(0, 300);
const vocabulary = mlp.buildVocabulary(words);
const windows = mlp.contextWindows(words, vocabulary, 3);
const generator = new mlp.TorchGenerator(2147483647);
const V = vocabulary.size;

function layer(...shape: [inputs: number, outputs: number]) {
  const numbers = tf.tensor2d(generator.randn(shape[0] * shape[1]), shape);
  return tf.variable(numbers.mul<tf.Tensor2D>(5 / 3 / Math.sqrt(shape[0])));
}
const [C, W1, W2] = [layer(V, 8), layer(24, 48), layer(48, 48)];
const W3 = layer(48, V);

function logits(X: tf.Tensor2D): tf.Tensor {
  const x = mlp.embed(C, X).reshape([-1, 24]); // [B, T·E]
  return x.matMul(W1).tanh().matMul(W2).tanh().matMul(W3); // [B, V]
}
const model = mlp.languageModel({ vocabulary, contextLength: 3, logits });
console.log("before", mlp.evaluate(model, windows).toFixed(3));
const adam = tf.train.adam(0.01);
for (let step = 0; step < 150; step++) {
  const batch = mlp.drawMinibatch(windows, { batchSize: 64, generator });
  const { X, Y } = mlp.toTensors(batch);
  adam.minimize(() => mlp.crossEntropy(logits(X), Y));
  tf.dispose([X, Y]);
}
console.log("after", mlp.evaluate(model, windows).toFixed(3));
console.log(mlp.sample(model, vocabulary, { generator, count: 5 }).join(" "));
