import { Figure } from "../../lib/plots/figure.ts";
import { createElement, svgNamespace } from "../../lib/plots/svg.ts";

const gap = 16;

/** Two figures as one, such as a curve and a map that change together. */
export function sideBySide(left: Figure, right: Figure): Figure {
  const width = left.width + gap + right.width;
  const height = Math.max(left.height, right.height);
  const description = `${left} ${right}`;
  const head = [
    createElement("title", {}, left.title),
    createElement("desc", {}, description),
  ].map(({ outerHTML }) => outerHTML).join("");
  const svg =
    `<svg xmlns="${svgNamespace}" role="img" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}">${head}` +
    placed(left, 0) + placed(right, left.width + gap) +
    "</svg>\n";
  return new Figure(svg, { title: left.title, description, width, height });
}

/** A figure as a part of another one. */
function placed({ svg }: Figure, x: number): string {
  const [tag] = /^<svg [^>]*>/.exec(svg)!;
  const look = tag.slice("<svg".length)
    .replaceAll(/ (xmlns|viewBox|width|height|role)="[^"]*"/g, "");
  const content = svg.trim().slice(tag.length, -"</svg>".length);
  return `<g transform="translate(${x})"${look}${content}</g>`;
}
