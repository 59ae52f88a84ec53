/** docs/commands.md as it must be: the commands that Upstash documents, by group, and those that Redis has beyond, each with its state. */
import { readFileSync } from "node:fs";
import { commandTable } from "../../src/commands/table.js";

interface Group {
  readonly group: string;
  readonly commands: readonly string[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8"));
}

export function commandsPage(): string {
  const documented = groups();
  const named = new Set(documented.flatMap(({ commands }) => commands));
  const beyond = Object.keys(Object(read("command-info.json")))
    .map((name) => name.toUpperCase())
    .filter((name) => !named.has(name) && ![...named].some((other) => other.startsWith(`${name} `)))
    .toSorted();
  const rows = documented.map(row);
  return `# Commands

What [Upstash documents](https://upstash.com/docs/redis/overall/rediscompatibility), and what of it the emulator has: each with all its
options and errors, those that came after Redis 8.0 among them (SET with IFEQ, IFNE, IFDEQ and IFDNE; KEEPREF, DELREF and ACKED of
streams; BITOP DIFF, DIFF1, ANDOR and ONE). What is missing is refused by its name. Written by \`npx tsx scripts/command-table.ts\`.

| Group | Complete | Missing |
| --- | --- | --- |
${rows.join("\n")}

Of Redis 8.0.2 beyond that:

| Group | Complete | Missing |
| --- | --- | --- |
${row({ group: "Redis", commands: beyond })}
`;
}

function has(name: string): boolean {
  return commandTable.has(name.toLowerCase().replace(" ", "|"));
}

function list(names: readonly string[]): string {
  return names.join(", ") || "–";
}

function row({ group, commands }: Group): string {
  return `| ${group} | ${list(commands.filter(has))} | ${list(commands.filter((name) => !has(name)))} |`;
}

function groups(): readonly Group[] {
  const listed: unknown = read("documented/upstash-commands.json");
  return Object.entries(Object(listed)).map(([group, commands]) => ({
    group,
    commands: String(commands)
      .split(" ")
      .map((name) => name.replace("|", " ")),
  }));
}
