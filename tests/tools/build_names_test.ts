import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { moduleOf, namesOf2018 } from "../../tools/build_names.ts";

Deno.test("namesOf2018() lists girls before boys, frequent names first, equal counts by name", () => {
  const database = new DatabaseSync(":memory:");
  database.exec(`
    CREATE TABLE usNameData (name TEXT, sex TEXT, births INTEGER, year INTEGER);
    INSERT INTO usNameData VALUES ('liam', 'M', 19837, 2018),
      ('emma', 'M', 7, 2018), ('olivia', 'F', 18055, 2018),
      ('zyla', 'F', 5, 2018), ('anvi', 'F', 5, 2018), ('emma', 'F', 18818, 2018),
      ('mary', 'F', 7065, 1880)`);
  const names = ["emma", "olivia", "anvi", "zyla", "liam", "emma"];
  assertEquals(namesOf2018(database), names);
  database.close();
});

Deno.test("moduleOf() is the module that data/names.ts holds", () => {
  const read = (name: string) =>
    Deno.readTextFileSync(new URL(`../../data/${name}`, import.meta.url));
  assertEquals(read("names.ts"), moduleOf(read("names.txt")));
});
