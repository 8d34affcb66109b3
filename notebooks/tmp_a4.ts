// code data lecture-list
import { buildVocabulary, contextWindows, defaultWords } from "../mod.ts";

const { words } = await defaultWords();
const vocabulary = buildVocabulary(words);
const all = contextWindows(words, vocabulary, 3);

console.log(`${words.length} names, ${all.Y.length} questions`);

// code tensors lecture-list
import { toTensors } from "../mod.ts";

const { X, Y } = toTensors(all); // [228146, 3], [228146]
X

// code draw lecture-list
import * as tf from "@tensorflow/tfjs";
import { TorchGenerator } from "../mod.ts";

const drawn = new TorchGenerator(2147483647).randint(0, all.Y.length, 32);
const ix = tf.tensor1d(drawn, "int32"); // [32]
ix

// code draw-X lecture-list
X.gather(ix) // [32, 3]

// code draw-Y-code lecture-list
Y.gather(ix) // [32]

// code by-hand lecture-list
import { createParameters, crossEntropy } from "../mod.ts";

const small = {
  vocabularySize: 27,
  contextLength: 3,
  embeddingSize: 2,
  hiddenSize: 100,
};

/** The losses of so many steps, each on a minibatch of 32. */
function stepsByHand(steps: number): number[] {
  const generator = new TorchGenerator(2147483647);
  const { C, W1, b1, W2, b2 } = createParameters(small, { generator });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    // minibatch
    const ix = tf.tensor1d(generator.randint(0, X.shape[0], 32), "int32"); // [32]
    const [Xb, Yb] = [X.gather(ix), Y.gather(ix)]; // [32, 3], [32]

    // forward and backward
    const { value, grads } = tf.variableGrads(() => {
      const emb = C.gather(Xb); // [32, 3, 2]
      const h = emb.reshape([-1, 6]).matMul(W1).add(b1).tanh(); // [32, 100]
      const logits: tf.Tensor2D = h.matMul(W2).add(b2); // [32, 27]
      return crossEntropy(logits, Yb);
    });

    // update
    for (const p of [C, W1, b1, W2, b2] as tf.Variable[]) {
      p.assign(p.sub(grads[p.name].mul(0.1)));
    }
    losses.push(value.dataSync()[0]);
  }
  return losses;
}

const byHand = tf.tidy(() => stepsByHand(30));
tf.tensor1d(byHand)

// code loop lecture-list
import { drawMinibatch, trainStep } from "../mod.ts";

const dice = new TorchGenerator(2147483647);
const network = createParameters(small, { generator: dice });
const losses = Array.from({ length: 500 }, () => {
  const batch = drawMinibatch(all, { batchSize: 32, generator: dice });
  return trainStep(network, batch, 0.1);
});

const differences = byHand.map((loss, i) => Math.abs(loss - losses[i]));
console.log(`largest difference: ${Math.max(...differences).toFixed(5)}`);

// code loop-curve lecture-list figure
import { display, lossCurve } from "@makemore/mlp/plots";

await display(lossCurve(losses, { title: "Five hundred minibatches" }));

// code loop-log lecture-list figure
await display(
  lossCurve(losses.map(Math.log10), {
    title: "Five hundred minibatches, log10 of the loss",
    yLabel: "log10 of the loss",
    smoothing: 25,
  }),
);

// code loop-loss lecture-list
import { evaluate } from "../mod.ts";

console.log(`loss of all questions: ${evaluate(network, all).toFixed(4)}`);

// code train lecture-list
import { train } from "../mod.ts";

const sameDice = new TorchGenerator(2147483647);
const twin = createParameters(small, { generator: sameDice });
await train(twin, all, { steps: 500, batchSize: 32, generator: sameDice });

console.log(`loss of all questions: ${evaluate(twin, all).toFixed(4)}`);

// answer md exercise-batch

{for (const batchSize of [1, 32, 1000]) {
  const generator = new TorchGenerator(2147483647);
  const network = createParameters(small, { generator });
  await train(network, all, { steps: 1000, batchSize, generator });
  console.log(batchSize, evaluate(network, all).toFixed(4));
}
}
// code rates lecture-list figure
import { trainSteps } from "../mod.ts";

const threeRates = [0.001, 0.1, 10].map((learningRate) => {
  const generator = new TorchGenerator(2147483647);
  const network = createParameters(small, { generator });
  const losses: number[] = [];
  const settings = { steps: 200, generator, learningRate };
  for (const report of trainSteps(network, all, settings)) {
    losses.push(...report.losses);
  }
  return { name: `learning rate ${learningRate}`, losses };
});

await display(
  lossCurve(threeRates, {
    title: "Too small, about right, too large",
    smoothing: 10,
    logScale: true,
  }),
);

// code exponents
const lre = tf.linspace(-3, 0, 1000); // [1000]
const lrs = tf.pow(10, lre); // [1000]
lrs

// code finder-by-hand lecture-list figure
import { learningRateFinder } from "@makemore/mlp/plots";

const learningRates = lrs.dataSync(); // [1000]
const finderGenerator = new TorchGenerator(2147483647);
const climber = createParameters(small, { generator: finderGenerator });
const lossAtRate = Array.from(learningRates, (learningRate) => {
  const generator = finderGenerator;
  const batch = drawMinibatch(all, { batchSize: 32, generator });
  return trainStep(climber, batch, learningRate);
});

await display(
  learningRateFinder({ learningRates, losses: lossAtRate }, {
    title: "One step with each learning rate",
    xAxis: "exponent",
    yDomain: [0, 25],
  }),
);

// code finder lecture-list figure
import { findLearningRate, suggestLearningRate } from "../mod.ts";

const findersDice = new TorchGenerator(2147483647);
const measured = findLearningRate(
  createParameters(small, { generator: findersDice }),
  all,
  { generator: findersDice },
);
const apart = lossAtRate.map((loss, i) => Math.abs(loss - measured.losses[i]));

await display(
  learningRateFinder(measured, { marked: 0.1, yDomain: [0, 25] }),
);
console.log([
  `lowest around ${suggestLearningRate(measured).toFixed(2)}`,
  `largest difference in the first 300 losses: ${
    Math.max(...apart.slice(0, 300)).toFixed(5)
  }`,
  `largest difference in all losses: ${Math.max(...apart).toFixed(1)}`,
].join("\n"));

// code decay lecture-list
const settler = new TorchGenerator(2147483647);
const settling = createParameters(small, { generator: settler });
const lossAfter: string[] = [];
for (const learningRate of [0.1, 0.01]) {
  const settings = { steps: 10_000, generator: settler, learningRate };
  await train(settling, all, settings);
  const loss = evaluate(settling, all).toFixed(4);
  lossAfter.push(`after 10,000 steps with ${learningRate}: ${loss}`);
}

console.log(lossAfter.join("\n"));

// answer md exercise-finder

{const steep = new TorchGenerator(2147483647);
await display(
  learningRateFinder(
    findLearningRate(createParameters(small, { generator: steep }), all, {
      generator: steep,
      exponents: [-3, 2],
    }),
  ),
);
}
// code splits lecture-list
import { splitWords } from "../mod.ts";

const splits = splitWords(words);
const trainSet = contextWindows(splits.train, vocabulary, 3);
const devSet = contextWindows(splits.dev, vocabulary, 3);
const testSet = contextWindows(splits.test, vocabulary, 3);

console.log(
  Object.entries({ train: trainSet, dev: devSet, test: testSet })
    .map(([name, { Y }]) => `${name.padEnd(6)} ${Y.length} questions`)
    .join("\n"),
);

// code splits-again lecture-list
import { PythonRandom } from "../mod.ts";

const shuffled = [...words];
const sizesOfRuns = [1, 2, 3, 4].map((run) => {
  new PythonRandom(42).shuffle(shuffled);
  const [n1, n2] = [0.8, 0.9].map((part) => Math.floor(part * words.length));
  const parts = [[0, n1], [n1, n2], [n2, words.length]].map(([from, to]) =>
    shuffled.slice(from, to).reduce((sum, word) => sum + word.length + 1, 0)
  );
  return `run ${run}: ${parts.join(", ")}`;
});

console.log(sizesOfRuns.join("\n"));

// code split-loss lecture-list
const dev = toTensors(devSet);

const emb = network.C.gather(dev.X); // [22655, 3, 2]
const h = emb.reshape([-1, 6]).matMul(network.W1).add(network.b1).tanh();
const logits: tf.Tensor2D = h.matMul(network.W2).add(network.b2); // [22655, 27]
const devLoss = crossEntropy(logits, dev.Y);
devLoss

// code split-evaluate lecture-list
console.log(evaluate(network, devSet).toFixed(4));

// code overfit lecture-list figure
const large = { ...small, embeddingSize: 10, hiddenSize: 200 };
const thousandNames = contextWindows(
  splits.train.slice(0, 1000),
  vocabulary,
  3,
);

function learnByHeart() {
  const generator = new TorchGenerator(2147483647);
  const parrot = createParameters(large, { generator });
  const [steps, onTrain, onDev]: number[][] = [[], [], []];
  const settings = { steps: 20_000, generator, stepsPerProgress: 500 };
  for (const report of trainSteps(parrot, thousandNames, settings)) {
    steps.push(report.step);
    onTrain.push(evaluate(parrot, thousandNames));
    onDev.push(evaluate(parrot, devSet));
  }
  return { steps, onTrain, onDev };
}

const parrot = learnByHeart();
await display(
  lossCurve([
    {
      name: "the names it learns from",
      steps: parrot.steps,
      losses: parrot.onTrain,
    },
    {
      name: "names it never saw (dev)",
      steps: parrot.steps,
      losses: parrot.onDev,
    },
  ], { title: "A thousand names, learnt by heart" }),
);

// code underfit lecture-list
import { countParameters, type ModelParameters, stepDecay } from "../mod.ts";

const long = { steps: 50_000, learningRate: stepDecay([0.1, 0.01], 30_000) };

/** How large a network is, and its loss on train and dev. */
function judge(name: string, network: ModelParameters): string {
  const parameters = countParameters(network).toLocaleString("en-US");
  const [onTrain, onDev] = [trainSet, devSet]
    .map((set) => evaluate(network, set).toFixed(4));
  return `${name}: ${parameters} parameters, train ${onTrain}, dev ${onDev}`;
}

const narrowGenerator = new TorchGenerator(2147483647);
const narrow = createParameters(small, { generator: narrowGenerator });
await train(narrow, trainSet, { ...long, generator: narrowGenerator });

console.log(judge("hidden layer of 100", narrow));

// answer md underfit-after

{const lowest = Math.min(...parrot.onDev);
console.log(parrot.steps[parrot.onDev.indexOf(lowest)], lowest.toFixed(4));
}
// code wider-import
import { embeddingMap, liveFigure } from "@makemore/mlp/plots";
import { sideBySide } from "./figures/side_by_side.ts";

// code wider lecture-list figure
const wideLive = liveFigure();
const wideGenerator = new TorchGenerator(2147483647);
const wide = createParameters({ ...small, hiddenSize: 300 }, {
  generator: wideGenerator,
});
const wideLosses: number[] = [];
const wideSettings = { ...long, generator: wideGenerator };
for (
  const report of trainSteps(wide, trainSet, {
    ...wideSettings,
    stepsPerProgress: 1000,
  })
) {
  wideLosses.push(...report.losses);
  const curve = lossCurve(wideLosses, {
    title: `Hidden layer of 300, ${report.step.toLocaleString("en-US")} steps`,
    smoothing: 1000,
    yDomain: [1, 4],
    width: 500,
    height: 500,
  });
  const map = embeddingMap(wide.C.arraySync(), vocabulary.tokens, {
    title: "Where the letters are",
    width: 500,
  });
  wideLive.show(sideBySide(curve, map));
}
await wideLive.shown();

// code wider-judge lecture-list
console.log([
  judge("hidden layer of 100", narrow),
  judge("hidden layer of 300", wide),
].join("\n"));

// answer md wider-after

{const patientGenerator = new TorchGenerator(2147483647);
const patient = createParameters(small, { generator: patientGenerator });
await train(patient, trainSet, {
  steps: 100_000,
  generator: patientGenerator,
  learningRate: stepDecay([0.1, 0.01], 60_000),
});
console.log(judge("hidden layer of 100, twice as long", patient));
}
// code map lecture-list figure:embedding_map
await display(
  embeddingMap(wide.C.arraySync(), vocabulary.tokens, {
    title: "Where the network has put the letters",
  }),
);

// answer md map-after

{await display(embeddingMap(narrow.C.arraySync(), vocabulary.tokens));
}
// code full lecture-list figure:loss_curve
const fullLive = liveFigure();
const fullGenerator = new TorchGenerator(2147483647);
const full = createParameters(large, { generator: fullGenerator });
const fullLosses: number[] = [];
const fullSettings = {
  steps: 200_000,
  generator: fullGenerator,
  learningRate: stepDecay([0.1, 0.01], 100_000),
  stepsPerProgress: 5000,
};
for (const report of trainSteps(full, trainSet, fullSettings)) {
  fullLosses.push(...report.losses);
  fullLive.show(lossCurve(fullLosses, {
    title: "The full run",
    smoothing: 1000,
    yDomain: [1, 4],
    width: 760,
  }));
}
await fullLive.shown();

// code losses lecture-list
console.log([
  judge("hidden layer of 100", narrow),
  judge("hidden layer of 300", wide),
  judge("ten numbers for each character", full),
].join("\n"));

// code test-loss lecture-list
import { perplexity } from "../mod.ts";

const testLoss = evaluate(full, testSet);

console.log([
  `test ${testLoss.toFixed(4)}`,
  `perplexity ${perplexity(testLoss).toFixed(1)}`,
].join("\n"));

// answer md test-loss-after

{for (const initialization of ["randn", "scaled"] as const) {
  const generator = new TorchGenerator(2147483647);
  const network = createParameters(large, { generator, initialization });
  const learningRate = stepDecay([0.1, 0.01], 15_000);
  await train(network, trainSet, { steps: 20_000, generator, learningRate });
  console.log(judge(initialization, network));
}
}
// code expect
/** What the network expects after a context, such as `[0, 0, 5]` for `..e`. */
function expect(context: number[]): Float32Array {
  return tf.tidy(() => {
    const emb = full.C.gather(tf.tensor2d([context], undefined, "int32")); // [1, 3, 10]
    const h = emb.reshape([1, -1]).matMul(full.W1).add(full.b1).tanh(); // [1, 200]
    const logits = h.matMul(full.W2).add(full.b2); // [1, 27]
    return logits.softmax().dataSync() as Float32Array; // [27]
  });
}

tf.tensor1d(expect([0, 0, 0]))

// code letters-import
import { writtenWord } from "./figures/written_word.ts";

// code letters lecture-list figure
const letters = liveFigure();
const pen = new TorchGenerator(2147483647 + 10);
const rowsSoFar: Parameters<typeof writtenWord>[0][number][] = [];
for (let context = [0, 0, 0], id = -1; id !== 0;) {
  const probabilities = expect(context);
  [id] = pen.multinomial(probabilities, 1);
  rowsSoFar.push({
    context: vocabulary.decode(context),
    drawn: vocabulary.tokens[id],
    probabilities,
  });
  context = [...context.slice(1), id];
  letters.show(writtenWord(rowsSoFar, vocabulary.tokens));
  await new Promise((resolve) => setTimeout(resolve, 300));
}
await letters.shown();

// code twenty lecture-list
function writeName(generator: TorchGenerator): string {
  let name = "";
  let context = [0, 0, 0]; // ...
  while (true) {
    const probabilities = expect(context); // forward, softmax
    const [id] = generator.multinomial(probabilities, 1); // draw
    if (id === 0) return name; // the full stop
    name += vocabulary.tokens[id];
    context = [...context.slice(1), id]; // shift
  }
}

const lecturesSeed = new TorchGenerator(2147483647 + 10);
const written = Array.from({ length: 20 }, () => writeName(lecturesSeed));

console.log(written.join("\n"));

// code sample lecture-list
import { labelWords, sample } from "../mod.ts";

const names = sample(full, vocabulary, {
  generator: new TorchGenerator(2147483647 + 10),
  count: 20,
});
const labelled = labelWords(names, splits)
  .map(({ word, origin }) => `${word.padEnd(14)} ${origin}`);

console.log([
  `the same as by hand: ${names.join() === written.join()}`,
  ...labelled,
].join("\n"));

// code impossible lecture-list
function piecesOfFour(word: string): string[] {
  const text = "..." + word + ".";
  return Array.from(word + ".", (_, start) => text.slice(start, start + 4));
}

const counted = new Set(splits.train.flatMap(piecesOfFour));
const thousand = sample(full, vocabulary, {
  generator: new TorchGenerator(2147483647 + 10),
  count: 1000,
});
const impossible = thousand.filter((word) =>
  piecesOfFour(word).some((piece) => !counted.has(piece))
);

console.log([
  `${impossible.length} of ${thousand.length}`,
  impossible.slice(0, 10).join(" "),
].join("\n"));

// answer md exercise-temperature

{for (const temperature of [0.5, 1, 2]) {
  const generator = new TorchGenerator(2147483647 + 10);
  const ten = sample(full, vocabulary, { generator, count: 10, temperature });
  console.log(temperature, ten.join(" "));
}
}
// code directions lecture-list
const directions = full.C.div<tf.Tensor2D>(full.C.norm(2, 1, true)); // [27, 10] / [27, 1]
directions

// code similarity lecture-list
const similarity = tf.matMul<tf.Tensor2D>(
  directions,
  directions.transpose(),
); // [27, 10] · [10, 27]
similarity

// code nearest lecture-list
const table = similarity.arraySync();
const mostSimilar = vocabulary.tokens.map((token, id) => {
  const three = vocabulary.tokens
    .map((other, otherId) => ({ other, cosine: table[id][otherId] }))
    .filter(({ other }) => other !== token)
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, 3)
    .map(({ other, cosine }) => `${other} ${cosine.toFixed(2)}`);
  return `${token}  ${three.join("   ")}`;
});

console.log(mostSimilar.join("\n"));

// code projection lecture-list figure
import { projectToPlane } from "../mod.ts";

await display(
  embeddingMap(projectToPlane(directions.dataSync(), 10), vocabulary.tokens, {
    title: "Directions of the embeddings of ten numbers",
    xLabel: "first principal component",
    yLabel: "second principal component",
  }),
);

// code next-emm lecture-list figure
import { mlpModel } from "../mod.ts";
import { nextTokenBars } from "@makemore/mlp/plots";

const model = mlpModel(full);

await display(
  nextTokenBars(
    model.probabilities(vocabulary.encode("emm")),
    vocabulary.tokens,
    { context: "emm" },
  ),
);

// code next-q lecture-list figure
await display(
  nextTokenBars(
    model.probabilities(vocabulary.encode("q")),
    vocabulary.tokens,
    { context: "..q" },
  ),
);

// code score lecture-list
const fits = ["anna", "emma", "xavier", "deno", "table", "brxqz"].map((word) => {
  const loss = evaluate(full, contextWindows([word], vocabulary, 3));
  return `${word.padEnd(8)} ${loss.toFixed(2)}`;
});

console.log(fits.join("\n"));

// answer md exercise-alike

{const { nearestTokens } = await import("../mod.ts");
console.log(nearestTokens(full, vocabulary, "y", { count: 3 }));
}
// code bigram-net lecture-list figure
import { addK, countNgrams, createBigramNet, trainBigramNet } from "../mod.ts";

const pairs = contextWindows(words, vocabulary, 1);
const pairCounts = countNgrams(pairs, vocabulary);
const lossOfCounts = evaluate(addK(pairCounts, 0), pairs);

const net = createBigramNet(27, { generator: new TorchGenerator(2147483647) });
const netLosses = trainBigramNet(net, pairs); // 200 steps

await display(
  lossCurve([
    { name: "bigram net", losses: netLosses },
    {
      name: "the counts",
      losses: [lossOfCounts, lossOfCounts],
      steps: [0, 199],
    },
  ], { title: "Learning what counting finds at once" }),
);
console.log([
  ...[1, 2, 3, 100, 200].map((step) =>
    `loss of step ${step}: ${netLosses[step - 1].toFixed(4)}`
  ),
  `the counts: ${lossOfCounts.toFixed(4)}`,
].join("\n"));

// code bigram-tables lecture-list figure
import { weightTables } from "./figures/weight_tables.ts";

const countsOfPairs = Array.from({ length: 27 }, () => new Array(27).fill(0));
for (const [i, next] of pairs.Y.entries()) countsOfPairs[pairs.X[i]][next]++;
const centred = (table: tf.Tensor2D) =>
  table.sub<tf.Tensor2D>(table.mean(1, true)).arraySync();

await display(
  weightTables([
    {
      name: "log(count + 1)",
      values: centred(tf.tensor2d(countsOfPairs).add<tf.Tensor2D>(1).log()),
    },
    { name: "W after 200 steps", values: centred(net) },
  ], vocabulary.tokens),
);

// code rows lecture-list figure
import { contextRows } from "./figures/context_counts.ts";

const longest = countNgrams(contextWindows(words, vocabulary, 5), vocabulary);

await display(
  contextRows(
    longest.levels.slice(1).map(({ contexts, totals }, i) => ({
      contextLength: i + 1,
      possible: 27 ** (i + 1),
      seen: contexts.length,
      once: totals.filter((total) => total === 1).length,
    })),
  ),
);

// code orders lecture-list figure
import type { LanguageModel } from "../mod.ts";
import { lossByOrder } from "./figures/loss_by_order.ts";

const trainFive = contextWindows(splits.train, vocabulary, 5);
const devFive = contextWindows(splits.dev, vocabulary, 5);
const tables = [1, 2, 3, 4, 5, 6].map((order) =>
  countNgrams(trainFive, vocabulary, order)
);

function lossesOn(models: LanguageModel[], set: typeof devFive): number[] {
  return models.map((model) => evaluate(model, set));
}

const addTenth = tables.map((table) => addK(table, 0.1));

await display(
  lossByOrder([
    { name: "names it counted (train)", losses: lossesOn(addTenth, trainFive) },
    { name: "names it never saw (dev)", losses: lossesOn(addTenth, devFive) },
  ], { title: "Adding 0.1 to the counts" }),
);

// code kinds lecture-list
import { interpolate, kneserNey } from "../mod.ts";

const kinds = [
  { name: "add 1", models: tables.map((table) => addK(table, 1)) },
  { name: "add 0.1", models: addTenth },
  {
    name: "interpolation",
    models: tables.map((table) => interpolate(table, devFive)),
  },
  { name: "Kneser–Ney", models: tables.map((table) => kneserNey(table)) },
];
const results = kinds.map(({ name, models }) => ({
  name,
  losses: lossesOn(models, devFive),
}));
const networkLoss = evaluate(full, devSet);

console.log([
  "order    counts   add 1 add 0.1 interp.    K.–N.",
  ...tables.map(({ levels }, i) => {
    const stored = levels.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const row = results.map(({ losses }) => losses[i].toFixed(4).padStart(8));
    const size = stored.toLocaleString("en-US").padStart(8);
    return `${String(i + 1).padStart(5)}  ${size}${row.join("")}`;
  }),
  `network  11,897  ${networkLoss.toFixed(4)}`,
].join("\n"));

// code kinds-chart lecture-list figure
await display(
  lossByOrder(results, {
    title: "Four ways of counting, on names they never saw",
    reference: { name: "network", loss: networkLoss },
    width: 720,
    height: 480,
  }),
);

// code strangers lecture-list
const known = new Set(splits.train);
const strangers = splits.dev.filter((word) => !known.has(word));
const strangersFive = contextWindows(strangers, vocabulary, 5);
const strangersThree = contextWindows(strangers, vocabulary, 3);

console.log([
  `${strangers.length} of ${splits.dev.length} names are new`,
  ...[2, 3, 4, 5, 6].map((order) => {
    const loss = evaluate(kneserNey(tables[order - 1]), strangersFive);
    return `Kneser–Ney, ${order}-grams: ${loss.toFixed(4)}`;
  }),
  `network:             ${evaluate(full, strangersThree).toFixed(4)}`,
].join("\n"));

// code copies lecture-list
function copiesIn(name: string, names: string[]): string[] {
  const copied = labelWords(names, splits)
    .filter(({ origin }) => origin === "train");
  return [
    `${name}: ${copied.length} of ${names.length} are in train`,
    `  ${names.slice(0, 6).join(" ")}`,
  ];
}

const byCounts = [2, 4, 6].flatMap((order) => {
  const generator = new TorchGenerator(2147483647 + 10);
  const model = kneserNey(tables[order - 1]);
  const names = sample(model, vocabulary, { generator, count: 1000 });
  return copiesIn(`${order}-grams`, names);
});

console.log([...byCounts, ...copiesIn("network", thousand)].join("\n"));

// answer md copies-after

{const { fitMixtureWeights, mixModels, rowProbabilities } = await import(
  "../mod.ts"
);
const two = [kneserNey(tables[5]), mlpModel(full)];
const weights = fitMixtureWeights(
  two.map((model) => rowProbabilities(model, devFive)),
);
console.log(weights);
console.log(evaluate(mixModels(two, weights), devFive).toFixed(4));
}
export {};
Deno.writeTextFileSync("/work/exp/nbc/s_narrow.svg", embeddingMap(narrow.C.arraySync(), vocabulary.tokens).svg);
