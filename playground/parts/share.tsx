/// <reference lib="dom" />
/** A link to this moment, and files for the command line and PyTorch. */

import { signal } from "@preact/signals";
import { keep } from "../download.ts";
import {
  checkpoint,
  frame,
  hash,
  link,
  list,
  problem,
  run,
  status,
} from "../session.ts";
import { FileButton } from "./file_button.tsx";

const made = signal("");
const said = signal("");

async function makeLink(): Promise<void> {
  made.value = await link();
  history.replaceState(null, "", made.value);
  try {
    await navigator.clipboard.writeText(made.value);
    said.value = "Copied";
  } catch {
    said.value = "Select it and copy";
  }
}

async function save(): Promise<void> {
  try {
    const bytes = await checkpoint();
    keep(
      "checkpoint.safetensors",
      bytes as BlobPart,
      "application/octet-stream",
    );
  } catch (error) {
    problem.value = (error as Error).message;
  }
}

/** The link and the files. */
export function Share() {
  const isTraining = status.value === "training";
  const edits = frame.value?.edits.length ?? 0;
  const isLong = list.value?.text !== undefined && made.value.includes("list=");
  return (
    <section class="card" id="share" aria-labelledby="share-title">
      <div class="card-head">
        <h2 id="share-title">Share and keep</h2>
      </div>
      <div class="columns">
        <div>
          <p>
            A link holds the words, the settings, the seed and the step{edits >
                0 &&
              `, and the ${
                edits === 1 ? "weight" : `${edits} weights`
              } that you set`}. Whoever opens it comes to the same weights, to
            the bit.
          </p>
          <div class="buttons">
            <button
              type="button"
              onClick={makeLink}
              disabled={isTraining || run.value?.isOpened}
            >
              Copy a link
            </button>
            <span class="note" role="status">{said.value}</span>
          </div>
          {run.value?.isOpened && (
            <p class="note">
              This run goes on from a file, which a link cannot hold: share the
              file, or rewind.
            </p>
          )}
          {made.value && (
            <input
              class="wide"
              readOnly
              value={made.value}
              aria-label="The link"
            />
          )}
          {isLong && (
            <p class="note">
              The list is too long for a link, so it holds the list's hash and
              the page will ask for the file.
            </p>
          )}
          <p class="note">
            SHA-256 of the weights{isTraining ? " (when it pauses)" : ""}:<br />
            <code id="hash">{hash.value ?? "–"}</code>
          </p>
        </div>
        <div>
          <p>
            The network as a file, for <code>makemore sample --run</code>{" "}
            on the command line and for PyTorch; and one from there, which
            learned from the same list.
          </p>
          <div class="buttons">
            <button type="button" onClick={save} disabled={isTraining}>
              Save checkpoint.safetensors
            </button>
            <FileButton label="Open one" accept=".safetensors" />
          </div>
        </div>
      </div>
    </section>
  );
}
