/// <reference lib="dom" />
/** One of a few choices, each with a line about it. */

/** Shows them as radio buttons. */
export function Choices<Name extends string>(
  { group, legend, choices, chosen, choose }: {
    /** The name of the group in its form. */
    group: string;
    legend: string;
    choices: readonly (readonly [name: Name, title: string, about: string])[];
    chosen: Name | undefined;
    choose: (name: Name) => void;
  },
) {
  return (
    <fieldset class="modes">
      <legend>{legend}</legend>
      {choices.map(([name, title, about]) => (
        <label key={name}>
          <input
            type="radio"
            name={group}
            checked={name === chosen}
            onChange={() => choose(name)}
          />
          <span>{title}</span>
          <span class="about">{about}</span>
        </label>
      ))}
    </fieldset>
  );
}
