/**
 * `deno task lab`: installs the Deno kernel for Jupyter with a stop button
 * that works, and prints how to open the notebooks.
 *
 * The kernel.json of `deno jupyter --install` does not say how to interrupt
 * the kernel, so Jupyter sends a signal, which ends the kernel and loses all
 * variables. With `"interrupt_mode": "message"` Jupyter sends a message
 * instead, and the variables are kept.
 */

import { join } from "node:path";

const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
  args: ["jupyter", "--install", "--force"],
  env: { NO_COLOR: "1" },
}).output();
const output = [stdout, stderr].map((part) => new TextDecoder().decode(part))
  .join("");
const folder = /installed successfully at (.+?)\.?$/m.exec(output)?.[1];
if (folder === undefined) {
  throw new Error(`Cannot install the kernel: ${output.trim()}`);
}
const file = join(folder, "kernel.json");
const kernel = JSON.parse(await Deno.readTextFile(file));
kernel.interrupt_mode = "message";
await Deno.writeTextFile(file, JSON.stringify(kernel, null, 2) + "\n");

console.log(`The Deno kernel is installed, and its cells can be stopped:
  ${file}

JupyterLab (needs Python):
  pip install jupyterlab
  jupyter lab notebooks/01_dataset.ipynb

VS Code: install the extensions "Jupyter" and "Deno", open a notebook from
notebooks/, then "Select Kernel" > "Jupyter Kernel..." > "Deno".

The stop button stops a cell that computes without awaiting, such as the
training cells, and keeps its variables. It cannot stop a cell that has already
awaited something: restart the kernel then.`);
