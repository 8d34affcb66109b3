/**
 * `deno task doc`: runs `deno doc --lint` on every entry point of the package.
 * It may report nothing but that public types refer to those of tfjs, which is
 * meant: tensors are what the functions take and give.
 */

import config from "../deno.json" with { type: "json" };

/** The types of tfjs that stand in signatures. */
const TFJS_TYPES = /^(Variable|Rank|Tensor|Tensor1D|Tensor2D|Tensor3D|Scalar)$/;

const entries = Object.values(config.exports);
const { stderr } = await new Deno.Command("deno", {
  args: ["doc", "--lint", ...entries],
  env: { NO_COLOR: "1" },
  stdout: "null",
}).output();

const report = new TextDecoder().decode(stderr);
const problems = report.split(/^(?=error\[)/m)
  .filter((text) => text.startsWith("error["))
  .filter((text) => {
    const type = /^error\[private-type-ref\].* private type '(.*)'/.exec(text);
    return !(type && TFJS_TYPES.test(type[1]));
  });

if (problems.length > 0 || !/Checked|Found/.test(report)) {
  console.error(problems.join("\n") || report);
  console.error(`${problems.length} problems in the documentation`);
  Deno.exit(1);
}
console.log(`Documentation of ${entries.join(", ")} is complete`);
