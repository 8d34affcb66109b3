/** Figures among the outputs of a cell, and whether two are the same. */

import { joined, type Output } from "./notebook.ts";

/** What can be said of an SVG without looking at it. */
export interface DrawnFigure {
  svg: string;
  /** How many shapes it draws, besides axes, grid, legend and background. */
  marks: number;
  /** All that can be read in it, in order. */
  texts: string[];
}

/** Every figure that these outputs show, in order. */
export function figuresIn(outputs: readonly Output[]): DrawnFigure[] {
  return outputs.flatMap((output) =>
    "data" in output && "image/svg+xml" in output.data
      ? [describeFigure(joined(output.data["image/svg+xml"]))]
      : []
  );
}

/**
 * In what a fresh figure differs from a committed one, or `undefined`. Its
 * texts, its elements, their colours and their order must be equal; a
 * coordinate may lie half a pixel off, where another machine rounds otherwise.
 */
export function figureDifference(
  committed: DrawnFigure,
  fresh: DrawnFigure,
): string | undefined {
  if (committed.svg === fresh.svg) return undefined;
  if (committed.marks !== fresh.marks) {
    return `${fresh.marks} marks instead of ${committed.marks}`;
  }
  for (const [index, text] of committed.texts.entries()) {
    if (fresh.texts[index] !== text) {
      return `the text "${fresh.texts[index]}" instead of "${text}"`;
    }
  }
  const [before, after] = [committed.svg, fresh.svg].map(split);
  if (before.skeleton !== after.skeleton) return "other elements or colours";
  for (const [index, number] of before.numbers.entries()) {
    if (Math.abs(after.numbers[index] - number) > 0.5) {
      return `a coordinate ${after.numbers[index]} instead of ${number}`;
    }
  }
}

/** What can be said of an SVG, counted and read. */
export function describeFigure(svg: string): DrawnFigure {
  const groups = svg.matchAll(
    /<g [^>]*aria-label="([^"]*)"[^>]*>|<g [^>]*class="(legend|ramp)"[^>]*>/g,
  );
  let marks = 0;
  for (const group of groups) {
    const label = group[1] ?? group[2];
    if (/^[xy]-|legend|ramp/.test(label)) continue;
    const inside = contents(svg.slice(group.index));
    marks += inside.match(/<(path|rect|circle|line|text)\b/g)?.length ?? 0;
  }
  const texts = [...svg.matchAll(/<(text|title|desc)\b[^>]*>([^<]*)/g)];
  return { svg, marks, texts: texts.map(([, , text]) => text) };
}

/** What stands between the first tag and the one that closes it. */
function contents(svg: string): string {
  let depth = 0;
  for (const tag of svg.matchAll(/<g\b[^>]*?(\/?)>|<\/g>/g)) {
    if (tag[0] === "</g>") depth--;
    else if (tag[1] !== "/") depth++;
    if (depth === 0) return svg.slice(0, tag.index);
  }
  return svg;
}

/** The numbers outside of texts and colours, and all the rest. */
function split(svg: string): { skeleton: string; numbers: number[] } {
  const numbers: number[] = [];
  const skeleton = svg.replaceAll(
    /(#[0-9a-fA-F]{3,8}|>[^<]*<)|-?\d*\.?\d+(?:e-?\d+)?/g,
    (found, kept) => {
      if (kept) return kept;
      numbers.push(Number(found));
      return "0";
    },
  );
  return { skeleton, numbers };
}
