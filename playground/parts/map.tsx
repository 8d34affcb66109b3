/// <reference lib="dom" />
/** The letters where the network puts them, and where they came from. */

import { effect } from "@preact/signals";
import { shown } from "../format.ts";
import { calmFrame, frame, run } from "../session.ts";
import { Trails } from "../trails.ts";
import { Figure } from "./figure.tsx";

const MARGIN = 18;
/** More letters would hide each other. */
const MOST_LETTERS = 120;
const VOWELS = new Set("aeiouAEIOUаеёиоуыэюя");

/** It takes a frame in before the map is drawn. */
const trails = new Trails();
effect(() => {
  if (frame.value) trails.take(frame.value.step, frame.value.plane);
});

/** The map. */
export function LetterMap() {
  const { tokens = [], embeddingSize = 2 } = run.value ?? {};
  const now = calmFrame.value;
  const count = Math.min(tokens.length, MOST_LETTERS);
  return (
    <Figure
      id="map"
      title="The map"
      about={
        <>
          Each letter is {embeddingSize === 2
            ? "two numbers, drawn as a point"
            : `${embeddingSize} numbers, drawn on the plane in which they differ most`}
          . Letters that the network treats alike move together. Squares are
          vowels, the triangle is the end of a word; a line is the way that a
          letter came.
          {tokens.length > count && ` The first ${count} are drawn.`}
        </>
      }
    >
      {(width, height) => {
        const { box } = trails;
        const scale = Math.min(
          (width - 2 * MARGIN) / (box.right - box.left),
          (height - 2 * MARGIN) / (box.top - box.bottom),
        );
        const x = (value: number) =>
          width / 2 + scale * (value - (box.left + box.right) / 2);
        const y = (value: number) =>
          height / 2 - scale * (value - (box.bottom + box.top) / 2);

        return (
          <svg
            viewBox={`0 0 ${width} ${height}`}
            role="img"
            aria-label={`Map of ${count} letters after ${
              now?.step ?? 0
            } steps: vowels are squares, other letters circles, the end of a word a triangle.`}
            class="map"
          >
            {now &&
              tokens.slice(0, count).map((token, id) => (
                <g key={token} class={kindOf(token, id)}>
                  <path class="trail" d={trails.path(id, x, y)} />
                </g>
              ))}
            {now && <Letters {...{ tokens: tokens.slice(0, count), x, y }} />}
          </svg>
        );
      }}
    </Figure>
  );
}

/** The letters, which move with each frame. */
function Letters({ tokens, x, y }: {
  tokens: readonly string[];
  x: (value: number) => number;
  y: (value: number) => number;
}) {
  const { plane } = frame.value ?? calmFrame.value!;
  return (
    <>
      {tokens.map((token, id) => {
        const kind = kindOf(token, id);
        if (!Number.isFinite(plane[2 * id] + plane[2 * id + 1])) return;
        const at = `translate(${x(plane[2 * id]).toFixed(1)} ${
          y(plane[2 * id + 1]).toFixed(1)
        })`;
        return (
          <g key={token} class={kind} transform={at}>
            {kind === "vowel"
              ? <rect x={-9} y={-9} width={18} height={18} rx={3} />
              : kind === "end"
              ? <path d="M0 -11l11 19h-22z" />
              : <circle r={10} />}
            <text dy="0.33em" text-anchor="middle">
              {id === 0 ? "" : shown(token)}
            </text>
          </g>
        );
      })}
    </>
  );
}

function kindOf(token: string, id: number): "end" | "vowel" | "other" {
  return id === 0 ? "end" : VOWELS.has(token) ? "vowel" : "other";
}
