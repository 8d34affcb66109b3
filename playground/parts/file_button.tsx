/// <reference lib="dom" />
/** A button that opens a file: a list of words, or a checkpoint. */

import { openFile } from "../session.ts";

/** Shows it. */
export function FileButton({ label, accept }: {
  label: string;
  accept: string;
}) {
  return (
    <label class="button">
      {label}
      <input
        type="file"
        accept={accept}
        onChange={({ currentTarget: input }) => {
          const [file] = input.files ?? [];
          input.value = "";
          openFile(file);
        }}
      />
    </label>
  );
}
