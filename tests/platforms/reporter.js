// Runs the program, in a page or a worker, and sends to the test what it writes
// to the console.

const lines = [];
for (const name of ["debug", "log", "info", "warn", "error"]) {
  console[name] = (...parts) => lines.push(parts.join(" "));
}
try {
  await import("/all_programs.js");
} catch (error) {
  lines.push(`${error} ${error.stack}`);
}
const from = globalThis.document ? "page" : "worker";
await fetch(`/${from}`, { method: "POST", body: JSON.stringify(lines) });
