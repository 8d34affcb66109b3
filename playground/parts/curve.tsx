/// <reference lib="dom" />
/** The loss while it trains, beside that of guessing and of counting. */

// @ts-types="@types/d3-scale"
import { scaleLinear, scaleLog } from "d3-scale";
// @ts-types="@types/d3-shape"
import { line } from "d3-shape";
import { keep } from "../download.ts";
import { fixed, whole } from "../format.ts";
import type { History } from "../history.ts";
import {
  calmFrame,
  guessing,
  history,
  ngram,
  previous,
  run,
} from "../session.ts";
import { Figure } from "./figure.tsx";

const LEFT = 34, RIGHT = 114, TOP = 14, BOTTOM = 36;
const LOSSES = [
  ...[0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 15],
  ...[20, 30, 50, 100, 200, 500],
];

/** The loss curve. */
export function Curve() {
  const step = calmFrame.value?.step ?? 0;
  const { buckets, judgements } = history.value;
  const last = judgements.at(-1);
  const counting = ngram.value;
  const before = previous.value;
  const judged = run.value?.judged;
  return (
    <Figure
      id="loss"
      title="The loss"
      more={
        <button
          type="button"
          class="quiet"
          aria-label="Keep the losses as CSV"
          onClick={() => keep("losses.csv", history.value.toCsv(), "text/csv")}
        >
          CSV
        </button>
      }
      about={
        <>
          How surprised the network is by the letter that really comes next;
          lower is better. train: words that it learns from; dev: words kept
          apart{judged && `, both their first ${whole(judged)} examples`}.
          Faint: the examples of each step. guessing: all letters are equally
          likely.{counting &&
            ` ${counting.order}-gram: the best that counting does, by the ${
              counting.order - 1
            } letters before.`}
          {before && " Dotted: dev of the run before."}
        </>
      }
    >
      {(width, height) => {
        const end = Math.max(step, 20);
        const x = scaleLinear([0, end], [LEFT, width - RIGHT]);
        const losses = [
          guessing.value,
          ...counting ? [counting.loss] : [],
          ...buckets.map(({ loss }) => loss),
          ...judgements.flatMap(({ train, dev }) => [train, dev]),
        ].filter((loss) => Number.isFinite(loss) && loss > 0);
        const [low, high] = [
          Math.min(...losses) * 0.96,
          Math.max(...losses) * 1.05,
        ];
        const y = scaleLog([low, high], [height - BOTTOM, TOP]).clamp(true);
        const labels = spread(
          [
            {
              loss: guessing.value,
              text: `guessing ${fixed(guessing.value)}`,
              kind: "guess",
            },
            ...counting
              ? [{
                loss: counting.loss,
                text: `${counting.order}-gram ${fixed(counting.loss)}`,
                kind: "count",
              }]
              : [],
            ...last && step > 0
              ? [
                { loss: last.dev, text: `dev ${fixed(last.dev)}`, kind: "dev" },
                {
                  loss: last.train,
                  text: `train ${fixed(last.train)}`,
                  kind: "train",
                },
              ]
              : [],
          ].map((label) => ({ ...label, y: y(label.loss) })),
          height - BOTTOM,
        );

        return (
          <svg
            viewBox={`0 0 ${width} ${height}`}
            role="img"
            aria-label={describe(step, history.value)}
            class="curve"
          >
            {ticksOf(low, high).map((loss) => (
              <g key={loss}>
                <line
                  class="grid"
                  x1={LEFT}
                  x2={width - RIGHT}
                  y1={y(loss)}
                  y2={y(loss)}
                />
                <text
                  class="tick"
                  x={LEFT - 8}
                  y={y(loss)}
                  dy="0.32em"
                  text-anchor="end"
                >
                  {loss}
                </text>
              </g>
            ))}
            {x.ticks(Math.max(2, width / 150)).filter(Number.isInteger).map((
              step,
            ) => (
              <text
                key={step}
                class="tick"
                x={x(step)}
                y={height - BOTTOM + 18}
                text-anchor="middle"
              >
                {whole(step)}
              </text>
            ))}
            <text
              class="tick"
              x={width - RIGHT}
              y={height - 4}
              text-anchor="end"
            >
              steps
            </text>
            <line
              class="guess"
              x1={LEFT}
              x2={width - RIGHT}
              y1={y(guessing.value)}
              y2={y(guessing.value)}
            />
            {counting && (
              <line
                class="count"
                x1={LEFT}
                x2={width - RIGHT}
                y1={y(counting.loss)}
                y2={y(counting.loss)}
              />
            )}
            {before && (
              <path
                class="before"
                d={pathOf(
                  before.judgements.filter(({ step }) => step <= end)
                    .map(({ step, dev }) => [x(step), y(dev)]),
                )}
              />
            )}
            <path
              class="raw"
              d={pathOf(buckets.map(({ end, loss }) => [x(end), y(loss)]))}
            />
            <path
              class="train"
              d={pathOf(
                judgements.map(({ step, train }) => [x(step), y(train)]),
              )}
            />
            <path
              class="dev"
              d={pathOf(judgements.map(({ step, dev }) => [x(step), y(dev)]))}
            />
            {last &&
              (["train", "dev"] as const).filter((part) =>
                Number.isFinite(last[part])
              ).map((part) => (
                <circle
                  key={part}
                  class={part}
                  cx={x(last.step)}
                  cy={y(last[part])}
                  r={3.5}
                />
              ))}
            {labels.map(({ text, kind, y }) => (
              <text
                key={kind}
                class={`label ${kind}`}
                x={width - RIGHT + 8}
                y={y}
                dy="0.32em"
              >
                {text}
              </text>
            ))}
          </svg>
        );
      }}
    </Figure>
  );
}

function pathOf(points: [number, number][]): string {
  return line().defined(([, y]) => Number.isFinite(y))(points) ?? "";
}

/** Losses to name on the axis: round, and not too close to each other. */
function ticksOf(low: number, high: number): number[] {
  const inside = LOSSES.filter((loss) => loss > low && loss < high);
  const most = 7;
  const every = Math.ceil(inside.length / most);
  return inside.filter((_, i) => (inside.length - 1 - i) % every === 0);
}

/** Labels that would lie on each other move apart. */
function spread<Label extends { y: number }>(
  labels: Label[],
  bottom: number,
): Label[] {
  const sorted = labels.toSorted((a, b) => a.y - b.y);
  const gap = 16;
  for (let i = 1; i < sorted.length; i++) {
    const least = sorted[i - 1].y + gap;
    if (sorted[i].y < least) sorted[i] = { ...sorted[i], y: least };
  }
  const excess = (sorted.at(-1)?.y ?? 0) - bottom;
  if (excess > 0) {
    for (let i = sorted.length - 1, most = bottom; i >= 0; i--) {
      sorted[i] = { ...sorted[i], y: Math.min(sorted[i].y, most) };
      most = sorted[i].y - gap;
    }
  }
  return sorted;
}

function describe(step: number, { judgements }: History): string {
  const last = judgements.at(-1);
  const lines = [`guessing has ${fixed(guessing.value)}`];
  const counting = ngram.value;
  if (counting) {
    lines.push(
      `the best n-gram, of ${counting.order} letters, ${fixed(counting.loss)}`,
    );
  }
  const now = last
    ? `After ${whole(step)} steps train has a loss of ${
      fixed(last.train)
    } and dev of ${fixed(last.dev)}; `
    : "";
  return `Loss curve. ${now}${lines.join(", ")}.`;
}
