/// <reference lib="dom" />
/** The frame of a figure: its heading, its words, and buttons that keep it. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { keepPng, keepSvg } from "../download.ts";
import { useWidth } from "./width.ts";

/** Shows a figure of SVG. */
export function Figure(
  { id, title, about, more, children }: {
    id: string;
    title: string;
    /** What it shows, for everybody. */
    about: ComponentChildren;
    /** Further buttons. */
    more?: ComponentChildren;
    /** Draws it in this size, in CSS pixels. */
    children: (width: number, height: number) => ComponentChildren;
  },
) {
  const [box, width] = useWidth<HTMLDivElement>();
  const figure = useRef<HTMLElement>(null);
  const svg = () => figure.current!.querySelector("svg")!;
  return (
    <figure class="card" id={id} ref={figure} aria-labelledby={`${id}-title`}>
      <div class="card-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <div class="keep">
          {more}
          <button
            type="button"
            class="quiet"
            aria-label={`Keep ${title} as SVG`}
            onClick={() =>
              keepSvg(id, svg())}
          >
            SVG
          </button>
          <button
            type="button"
            class="quiet"
            aria-label={`Keep ${title} as PNG`}
            onClick={() =>
              keepPng(id, svg())}
          >
            PNG
          </button>
        </div>
      </div>
      <div ref={box} class="drawing">
        {width > 0 &&
          children(width, Math.round(Math.min(420, 120 + width / 2)))}
      </div>
      <figcaption>{about}</figcaption>
    </figure>
  );
}
