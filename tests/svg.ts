/** What tests look for in figures. */

import { DOMParser } from "linkedom";
import type { Figure } from "../lib/plots/mod.ts";
import type { SvgElement } from "../lib/plots/svg.ts";

/** The elements of a figure that a CSS selector finds. */
export function find(figure: Figure, selector: string): SvgElement[] {
  const svg = new DOMParser().parseFromString(figure.svg, "image/svg+xml");
  return [...(svg as unknown as SvgElement).querySelectorAll(selector)];
}

/** The texts of those elements. */
export function texts(figure: Figure, selector: string): (string | null)[] {
  return find(figure, selector).map(({ textContent }) => textContent);
}

/** How many cells a path outlines: each begins with a move. */
export function cellsOn(path: SvgElement): number {
  return path.getAttribute("d")!.match(/M/g)!.length;
}
