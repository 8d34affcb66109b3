/** The part of the DOM that drawing by hand needs; linkedom provides it. */

import { parseHTML } from "linkedom";

/** What an SVG element can do here. */
export interface SvgElement {
  readonly textContent: string | null;
  readonly outerHTML: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  querySelector(selector: string): SvgElement | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
  append(...children: (SvgElement | string)[]): void;
  prepend(...children: SvgElement[]): void;
  remove(): void;
}

/** The namespace of every SVG element. */
export const svgNamespace = "http://www.w3.org/2000/svg";

/** Makes SVG elements without a browser. */
export const { document: svgDocument } = parseHTML(
  "<html></html>",
) as unknown as {
  document: { createElementNS(namespace: string, name: string): SvgElement };
};

/** An element with its attributes and what it contains. */
export function createElement(
  name: string,
  attributes: Record<string, string | number>,
  ...children: (SvgElement | string)[]
): SvgElement {
  const element = svgDocument.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}
