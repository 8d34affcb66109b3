/// <reference lib="dom" />
/** The page: the primary action, the figures, and what is behind them. */

import type { PlaygroundPart } from "../notebook.ts";
import { list, run } from "../session.ts";
import { whole } from "../format.ts";
import { Controls } from "./controls.tsx";
import { Curve } from "./curve.tsx";
import { Inside } from "./inside.tsx";
import { Lesson } from "./lesson.tsx";
import { LetterMap } from "./map.tsx";
import { Share } from "./share.tsx";
import { Theme } from "./theme.tsx";
import { Words } from "./words.tsx";
import { Write } from "./write.tsx";

/** The whole page. */
export function App() {
  return (
    <>
      <header>
        <p class="brand">makemore</p>
        <Theme />
      </header>
      <main>
        <div class="intro">
          <h1>Watch a small network learn to make words</h1>
          <p class="lead">
            It reads {list.value
              ? `${whole(list.value.count)} ${
                list.value.text === undefined ? "names" : "words"
              }`
              : "names"}{" "}
            letter by letter and guesses what comes next. Each wrong guess
            changes its numbers a little. After some seconds it makes words that
            nobody gave it. <a href="#words">Give it words of your own.</a>
          </p>
        </div>
        <Lesson />
        <div class="page">
          <Controls />
          <div class="figures">
            {run.value && <LetterMap />}
            {run.value && <Curve />}
          </div>
          <Write />
          <Inside />
          <Words />
          <Share />
        </div>
      </main>
      <footer>
        <p>
          This is the model of Bengio, Ducharme, Vincent and Jauvin,{" "}
          <a href="https://www.jmlr.org/papers/v3/bengio03a.html">
            A Neural Probabilistic Language Model
          </a>{" "}
          (2003), as Andrej Karpathy teaches it in his{" "}
          <a href="https://www.youtube.com/watch?v=TCH_1BHY58I">
            makemore lecture
          </a>. All of it runs in this page, in{" "}
          {run.value?.arithmetic ?? "separate"}{" "}
          arithmetic; nothing is sent anywhere.
        </p>
        <details>
          <summary>Licences</summary>
          <pre
            id="licences-shown"
            tabIndex={0}
          >{document.getElementById("licences")?.textContent}</pre>
        </details>
      </footer>
    </>
  );
}

/** Some parts of the page, for the output of a notebook's cell. */
export function Parts({ parts }: { parts: readonly PlaygroundPart[] }) {
  const figures = parts.filter((part) => part === "map" || part === "loss");
  return (
    <main class="parts">
      <div class="page">
        <Controls />
        <div class={figures.length > 1 ? "figures" : "figure"}>
          {run.value && figures.map((part) =>
            part === "map" ? <LetterMap key={part} /> : <Curve key={part} />
          )}
        </div>
        {parts.includes("write") && <Write />}
        {parts.includes("inside") && <Inside isInPlace />}
      </div>
    </main>
  );
}
