/**
 * `deno task lab`: gives Jupyter the Deno kernel, with a stop button that
 * works, and tells how to open the notebooks.
 *
 * `deno jupyter --install` says nothing of how to interrupt the kernel, so
 * Jupyter sends it a signal, which ends it and loses all variables. With
 * `"interrupt_mode": "message"` in its kernel.json, Jupyter asks it to stop
 * instead, and the variables stay.
 */

import { join } from "node:path";

/** Runs `deno jupyter` and comes back with what it says. */
async function denoJupyter(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["jupyter", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  if (!success) throw new Error(`Cannot install the kernel: ${said.trim()}`);
  return said;
}

/** The folder of the kernel, where it is now or was already. */
async function installKernel(): Promise<string> {
  const before = /already installed at (.+?)\.?$/m.exec(await denoJupyter());
  if (before) return before[1];
  const said = await denoJupyter("--install");
  const after = /installed successfully at (.+?)\.?$/m.exec(said);
  if (!after) {
    throw new Error(`Cannot tell where the kernel was installed: ${said}`);
  }
  return after[1];
}

const file = join(await installKernel(), "kernel.json");
const kernel = JSON.parse(await Deno.readTextFile(file));
if (kernel.interrupt_mode !== "message") {
  kernel.interrupt_mode = "message";
  await Deno.writeTextFile(file, JSON.stringify(kernel, null, 2) + "\n");
}

console.log(`The Deno kernel is installed, and can be interrupted:
  ${file}

JupyterLab (needs Python):
  pip install jupyterlab
  jupyter lab notebooks/01_dataset.ipynb

VS Code: install the extensions "Jupyter" and "Deno", open a notebook from
notebooks/, then "Select Kernel" > "Jupyter Kernel..." > "Deno".

The stop button stops a cell that computes without awaiting, such as the
training cells, and keeps its variables. It cannot stop a cell that has awaited
something: restart the kernel then.`);
