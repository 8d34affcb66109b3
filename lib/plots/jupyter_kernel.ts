/** Deno's kernel for Jupyter, in whose notebooks there is more to show than text. */

/** What is used of it. */
export interface JupyterKernel {
  broadcast(type: string, content: Record<string, unknown>): unknown;
}

/** The kernel that runs this, or `undefined`; elsewhere the getter may throw. */
export function jupyterKernel(): JupyterKernel | undefined {
  try {
    const { Deno: runtime } = globalThis as {
      Deno?: { jupyter?: JupyterKernel };
    };
    return runtime?.jupyter?.broadcast ? runtime.jupyter : undefined;
  } catch {
    return undefined;
  }
}
