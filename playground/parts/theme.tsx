/// <reference lib="dom" />
/** Light or dark: as the system has it, until a person chooses. */

import { effect, signal } from "@preact/signals";

/** What a person has chosen. */
const chosen = signal<"light" | "dark">();
const system = signal<"light" | "dark">("light");

/** Lets the page follow the system, or the choice. */
export function followTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => system.value = dark.matches ? "dark" : "light";
  dark.addEventListener("change", follow);
  follow();
  effect(() => {
    document.documentElement.dataset.theme = chosen.value ?? system.value;
  });
}

/** Chooses a theme. */
export function setTheme(theme: "light" | "dark"): void {
  chosen.value = theme;
}

/** The button that changes the theme. */
export function Theme() {
  const other = (chosen.value ?? system.value) === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => setTheme(other)}
    >
      {other === "dark" ? "Dark theme" : "Light theme"}
    </button>
  );
}
