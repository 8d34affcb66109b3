/** The little of the DOM that drawing by hand needs; linkedom provides it. */

import { parseHTML } from "linkedom";

/** The namespace of every SVG element. */
export const svgNamespace = "http://www.w3.org/2000/svg";

/** What an SVG element can do here. */
export interface SvgElement {
  id: string;
  textContent: string | null;
  readonly outerHTML: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  querySelector(selector: string): SvgElement | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
  append(...children: SvgElement[]): void;
  prepend(...children: SvgElement[]): void;
  remove(): void;
}

/** What makes SVG elements. */
export interface SvgDocument {
  createElementNS(namespace: string, name: string): SvgElement;
}

/** An empty document to draw in, without a browser. */
export function createDocument(): SvgDocument {
  return (parseHTML("<html></html>") as unknown as { document: SvgDocument })
    .document;
}

/** An element with its attributes, and its text if it has one. */
export function createElement(
  document: SvgDocument,
  name: string,
  attributes: Record<string, string | number>,
  text?: string,
): SvgElement {
  const element = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, String(value));
  }
  if (text !== undefined) element.textContent = text;
  return element;
}
