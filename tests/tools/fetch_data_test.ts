import { assertEquals, assertRejects } from "@std/assert";
import { fetchData, SOURCES } from "../../tools/fetch_data.ts";
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

canonicalTest("fetchData() writes the lecture's list", async () => {
  const list = Deno.readFileSync(
    new URL("../../data/makemore/names.txt", import.meta.url),
  );
  await withFolder(async (folder) => {
    const { names } = SOURCES;
    await fetchData(names, folder, () => Promise.resolve(new Response(list)));
    assertEquals(Deno.readFileSync(new URL(names.path, folder)), list);
  });
});

Deno.test("fetchData() refuses another file and writes nothing", async () => {
  await withFolder(async (folder, entries) => {
    const other = () => Promise.resolve(new Response("emma\nolivia\n"));
    for (const source of Object.values(SOURCES)) {
      await assertRejects(
        () => fetchData(source, folder, other),
        Error,
        `is not ${source.what}: its SHA-256 is`,
      );
    }
    assertEquals(entries(), []);
  });
});

Deno.test("fetchData() says what to do without a network", async () => {
  await withFolder(async (folder, entries) => {
    const offline = () => Promise.reject(new TypeError("no route to host"));
    await assertRejects(
      () => fetchData(SOURCES.names, folder, offline),
      Error,
      "(no route to host): download it elsewhere and put it at data/makemore/",
    );
    const missing = () => Promise.resolve(new Response("", { status: 404 }));
    await assertRejects(
      () => fetchData(SOURCES.brown, folder, missing),
      Error,
      "404",
    );
    assertEquals(entries(), []);
  });
});
