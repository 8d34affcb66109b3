import { type Figure, jupyterDisplay } from "./figure.ts";
import { jupyterKernel, outputsSent } from "./jupyter_kernel.ts";

/**
 * Shows a figure in a notebook, and resolves when it has been sent. Outside of
 * a notebook it prints the figure in words.
 *
 * @example
 * ```ts
 * import { display, lossCurve } from "@makemore/mlp/plots";
 *
 * await display(lossCurve([3.3, 2.9, 2.7]));
 * ```
 */
export async function display(figure: Figure): Promise<void> {
  if (send("display_data", figure, {})) await outputsSent();
  else console.log(figure.toString());
}

/** A place in a notebook whose figure can be replaced. */
export interface LiveFigure {
  /**
   * Shows the figure in place of the one before. It is sent before `show()`
   * returns, so that it also changes in a loop that never awaits, the only kind
   * of loop that a notebook's stop button can stop. Outside of a notebook only
   * `last` changes.
   */
  show(figure: Figure): void;
  /** Resolves when the last figure has been sent: for the end of a cell. */
  shown(): Promise<void>;
  /** The figure shown last. */
  readonly last: Figure | undefined;
}

/**
 * A figure that changes in place while something runs: the first `show()` puts
 * it below the cell, and each further one replaces it.
 *
 * The stop button works only in a cell that awaits nothing before its loop ends
 * (an `import` awaits too). What the loop changes should be declared in an
 * earlier cell, so that it is kept.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { liveFigure, lossCurve } from "@makemore/mlp/plots";
 *
 * const live = liveFigure();
 * const losses = [];
 * for (const loss of [3.3, 2.9, 2.7]) {
 *   losses.push(loss);
 *   live.show(lossCurve(losses, { title: `${losses.length} steps` }));
 * }
 * await live.shown();
 * assertEquals(live.last?.title, "3 steps");
 * ```
 */
export function liveFigure(): LiveFigure {
  const transient = { display_id: crypto.randomUUID() };
  let last: Figure | undefined;
  return {
    get last() {
      return last;
    },
    show(figure: Figure): void {
      const type = last ? "update_display_data" : "display_data";
      last = figure;
      send(type, figure, transient);
    },
    async shown(): Promise<void> {
      if (jupyterKernel()) await outputsSent();
    },
  };
}

/**
 * `Deno.jupyter.display()` awaits before it sends; `broadcast()` has sent when
 * it returns.
 *
 * @returns whether there is a notebook to show it in
 */
function send(type: string, figure: Figure, transient: object): boolean {
  const jupyter = jupyterKernel();
  if (!jupyter) return false;
  const data = figure[jupyterDisplay]();
  jupyter.broadcast(type, { data, metadata: {}, transient });
  return true;
}
