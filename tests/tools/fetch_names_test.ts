import { assertEquals, assertRejects } from "@std/assert";
import { fetchNames } from "../../tools/fetch_names.ts";
import { canonicalTest } from "../canonical.ts";

/** A folder that is there for the time of a test. */
async function withFolder(
  use: (folder: URL, entries: () => string[]) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    const entries = () => Array.from(Deno.readDirSync(path), (e) => e.name);
    await use(new URL(`file://${path}/`), entries);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

canonicalTest("fetchNames() writes the lecture's list", async () => {
  const list = Deno.readFileSync(
    new URL("../../data/makemore/names.txt", import.meta.url),
  );
  await withFolder(async (folder) => {
    const inside = new URL("makemore/", folder);
    await fetchNames(inside, () => Promise.resolve(new Response(list)));
    assertEquals(Deno.readFileSync(new URL("names.txt", inside)), list);
  });
});

Deno.test("fetchNames() refuses another list and writes nothing", async () => {
  await withFolder(async (folder, entries) => {
    const other = () => Promise.resolve(new Response("emma\nolivia\n"));
    await assertRejects(
      () => fetchNames(folder, other),
      Error,
      "is not the lecture's list",
    );
    assertEquals(entries(), []);
  });
});

Deno.test("fetchNames() says what to do without a network", async () => {
  await withFolder(async (folder, entries) => {
    const offline = () => Promise.reject(new TypeError("no route to host"));
    await assertRejects(
      () => fetchNames(folder, offline),
      Error,
      "(no route to host): download https://raw.githubusercontent.com/",
    );
    const missing = () => Promise.resolve(new Response("", { status: 404 }));
    await assertRejects(() => fetchNames(folder, missing), Error, "404");
    assertEquals(entries(), []);
  });
});
