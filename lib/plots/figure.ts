/** What every plot returns: a picture that carries its own words. */

import { toBase64 } from "../kernel/base64.ts";

/** The name under which Jupyter asks a value how it wants to be shown. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/** What the plots have in common; each has its own defaults. */
export interface FigureOptions {
  /** The heading above the chart. */
  title?: string;
  /** What the horizontal axis measures, with its unit. */
  xLabel?: string;
  /** What the vertical axis measures, with its unit. */
  yLabel?: string;
  /** Width in CSS pixels. */
  width?: number;
  /** Height in CSS pixels. */
  height?: number;
}

/**
 * A finished chart: an SVG document, and what it shows in words.
 *
 * `figure.svg` written to a file is a picture of its own. In a browser it
 * follows the light or dark theme; programs that know no themes draw it light.
 *
 * As the last value of a notebook cell, or through `display()`, a figure shows
 * itself: as SVG, because a page that is made of a notebook may not trust its
 * HTML, and as Markdown, because JupyterLab shows an SVG without its words.
 *
 * @example
 * ```ts
 * import { assert, assertStringIncludes } from "@std/assert";
 * import { jupyterDisplay, lossCurve } from "@makemore/mlp/plots";
 *
 * const figure = lossCurve([3.3, 2.9, 2.7], { title: "Three steps" });
 * assert(figure.svg.startsWith("<svg "));
 * assertStringIncludes(figure[jupyterDisplay]()["text/plain"], "Three steps");
 * ```
 */
export class Figure {
  /** A standalone SVG document. */
  readonly svg: string;
  /** The heading, also the `<title>` that a screen reader reads. */
  readonly title: string;
  /** What the chart shows, in words: the `<desc>` of the SVG. */
  readonly description: string;
  /** Width in CSS pixels. */
  readonly width: number;
  /** Height in CSS pixels. */
  readonly height: number;

  /** Takes the picture and its words; the plots call this. */
  constructor(
    svg: string,
    about: Pick<Figure, "title" | "description" | "width" | "height">,
  ) {
    this.svg = svg;
    this.title = about.title;
    this.description = about.description;
    this.width = about.width;
    this.height = about.height;
  }

  /** The chart in words, for where no picture can be shown. */
  toString(): string {
    return `[${this.title}] ${this.description}`;
  }

  /** The chart by media type, as Jupyter wants it. */
  [jupyterDisplay](): Record<
    "image/svg+xml" | "text/markdown" | "text/plain",
    string
  > {
    return {
      "image/svg+xml": this.svg,
      "text/markdown": imageTag(this),
      "text/plain": this.toString(),
    };
  }
}

/** A figure as an HTML image with its words. */
function imageTag(figure: Figure): string {
  const base64 = toBase64(new TextEncoder().encode(figure.svg));
  return `<img alt="${escapeHtml(`${figure}`)}" width="${figure.width}" ` +
    `height="${figure.height}" style="max-width:100%" ` +
    `src="data:image/svg+xml;base64,${base64}">`;
}

/** A text as HTML, also within quotes. */
function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
