/** Where the letters of the map have been, in bounded memory. */

import type { Plane } from "./plane.ts";

/** The most places that a trail keeps. */
const MOST = 160;

/** The trails of all letters, and the box that all of it fits in. */
export class Trails {
  #planes: Plane[] = [];
  #step = -1;
  /** Of so many frames one is kept. */
  #every = 1;
  #seen = 0;
  /** What the map shows. */
  box = { left: -1, right: 1, bottom: -1, top: 1 };

  /** Takes the letters of a frame; an earlier step begins new trails. */
  take(step: number, plane: Plane): void {
    if (!plane.every(Number.isFinite)) return; // it cannot be drawn
    const isNew = step < this.#step || this.#planes[0]?.length !== plane.length;
    if (step === this.#step && !isNew) {
      this.#planes[this.#planes.length - 1] = plane;
    } else if (isNew) {
      this.#planes = [plane];
      this.#every = 1;
      this.#seen = 0;
    } else if (++this.#seen % this.#every === 0) {
      this.#planes.push(plane);
      if (this.#planes.length > MOST) {
        this.#planes = this.#planes.filter((_, i) => i % 2 === 0);
        this.#every *= 2;
      }
    }
    this.#step = step;
    this.#fit(plane, isNew);
  }

  /** Grows the box at once, and lets it shrink slowly, so that it is calm. */
  #fit(plane: Plane, isNew: boolean): void {
    const xs = plane.filter((_, i) => i % 2 === 0);
    const ys = plane.filter((_, i) => i % 2 === 1);
    const wanted = {
      left: Math.min(...xs),
      right: Math.max(...xs),
      bottom: Math.min(...ys),
      top: Math.max(...ys),
    };
    const ease = (old: number, next: number, sign: number) =>
      isNew || sign * (next - old) > 0 ? next : old + 0.05 * (next - old);
    this.box = {
      left: ease(this.box.left, wanted.left, -1),
      right: ease(this.box.right, wanted.right, 1),
      bottom: ease(this.box.bottom, wanted.bottom, -1),
      top: ease(this.box.top, wanted.top, 1),
    };
  }

  /** The trail of a letter as the path of an SVG. */
  path(
    id: number,
    x: (value: number) => number,
    y: (value: number) => number,
  ): string {
    return this.#planes.map((plane, i) =>
      `${i === 0 ? "M" : "L"}${x(plane[2 * id]).toFixed(1)} ${
        y(plane[2 * id + 1]).toFixed(1)
      }`
    ).join("");
  }
}
