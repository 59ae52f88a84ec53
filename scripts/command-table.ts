/**
 * Writes docs/commands.md: every command of Upstash's documentation and of Redis 8.0.2 with its state here.
 * `npx tsx scripts/command-table.ts`
 */
import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { commandsPage } from "../test/support/commands-page.js";

const file = new URL("../docs/commands.md", import.meta.url);
writeFileSync(file, await format(commandsPage(), { parser: "markdown", printWidth: 140 }));
