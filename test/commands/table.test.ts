/**
 * The command table beside what Redis 8.0.2 tells of its own commands (COMMAND INFO, fixtures/command-info.json), and beside the pages
 * of those that it has not: their syntax gives the arity, their ACL categories say what reads and what writes.
 */
import { readFileSync } from "node:fs";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { commandTable, isKnown } from "../../src/commands/table.js";
import { isUnsupported } from "../../src/commands/unsupported.js";
import { commandsPage } from "../support/commands-page.js";

interface Info {
  readonly arity: number;
  readonly flags: readonly string[];
  readonly keys: readonly number[];
  readonly subcommands?: Readonly<Record<string, Info>>;
}

/** What Redis 8.0.2 tells, and what the documentation says of commands that it does not have. */
const redis: Readonly<Record<string, Info>> = {
  ...readInfo("command-info.json"),
  ...readInfo("documented/command-info.json"),
};
const infos = new Map(
  Object.entries(redis).flatMap(([name, info]) =>
    Object.entries({ [name]: info, ...info.subcommands }),
  ),
);

function readInfo(name: string): Readonly<Record<string, Info>> {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8"));
}

describe("the command table", () => {
  it.each([...commandTable.values()])(
    "declares $name with Redis's arity, flags and keys",
    ({ name, arity, flags, keys }) => {
      const info = infos.get(name);
      expect({ arity, flags: [...flags].sort(), keys: [...keys] }).toEqual({
        arity: info?.arity,
        flags: [...(info?.flags ?? [])].sort(),
        keys: info?.keys,
      });
    },
  );

  it.each(Object.keys(redis))("has %s or lists it as unsupported", (name) => {
    expect(isKnown(name)).toBe(true);
  });

  it.each([...commandTable.keys()])("does not list %s as unsupported", (name) => {
    expect(isUnsupported(name)).toBe(false);
  });
});

describe("docs/commands.md", () => {
  it("lists what there is (npx tsx scripts/command-table.ts writes it)", async () => {
    const page = readFileSync(new URL("../../docs/commands.md", import.meta.url), "utf8");
    const options = { parser: "markdown", printWidth: 140 };
    expect(page).toBe(await format(commandsPage(), options));
  });
});
