/**
 * The law of the doors: whichever way equal commands come in over REST, and into the double, they are answered alike and leave the same
 * behind. Exceptions stand with the doors, each with commands that show it.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientCall } from "../../src/conformance/client-calls.js";
import { callExceptions, jsonDoor, oneByOne, raw, restDoors, transactionDoor } from "./doors.js";
import {
  RUNS,
  commands,
  commandsThat,
  except,
  isRefused,
  spelling,
  asCalls,
  overRest,
  jsonOutcomes,
  doubleOutcomes,
} from "./door-laws.js";

describe("the REST API", () => {
  it.each(restDoors)("answers alike to a POST for each command and to $name", async (door) => {
    await fc.assert(
      fc.asyncProperty(
        commandsThat(except(door.exceptions)),
        spelling,
        async (commands, spelling) => {
          const expected = await overRest(jsonDoor, commands);
          expect(await overRest(door, commands, spelling)).toEqual(expected);
        },
      ),
      { ...RUNS, examples: [[[["MSET", "", "", "a", ""]], { inPath: 1, body: false }]] },
    );
  });

  it.each(restDoors.flatMap((door) => door.exceptions.map((exception) => ({ door, exception }))))(
    "answers otherwise to $door.name: $exception.reason",
    async ({ door, exception: { witness, holdsFor } }) => {
      expect(witness.some(holdsFor)).toBe(true);
      expect(await overRest(door, witness)).not.toEqual(await overRest(jsonDoor, witness));
    },
  );

  it("answers alike to a POST for each command and to one POST to /multi-exec", async () => {
    await fc.assert(
      fc.asyncProperty(
        commandsThat((words) => !isRefused(words)),
        async (commands) => {
          const expected = await overRest(jsonDoor, commands);
          expect(await overRest(transactionDoor, commands)).toEqual(expected);
        },
      ),
      RUNS,
    );
  });

  it("answers a transaction with the error of the first command that it refuses, and runs none", async () => {
    await fc.assert(
      fc.asyncProperty(
        commands.filter((all) => all.some(isRefused)),
        async (commands) => {
          const { body, state } = await overRest(transactionDoor, commands);
          const refused = await overRest(jsonDoor, commands.filter(isRefused).slice(0, 1));
          expect({ body: `[${body}]`, state }).toEqual(refused);
        },
      ),
      RUNS,
    );
  });

  it("answers alike to a POST for each command and to the double's exec", async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (commands) => {
        const received = await doubleOutcomes((client) => raw(client, commands));
        expect(received).toEqual(await jsonOutcomes(commands));
      }),
      RUNS,
    );
  });

  it("answers alike to a POST for each command and to the double's methods", async () => {
    await fc.assert(
      fc.asyncProperty(
        commandsThat((words) => clientCall(words) !== undefined && except(callExceptions)(words)),
        async (commands) => {
          const received = await doubleOutcomes((client) => oneByOne(client, asCalls(commands)));
          expect(received).toEqual(await jsonOutcomes(commands));
        },
      ),
      RUNS,
    );
  });

  it.each(callExceptions)(
    "answers otherwise to the double's methods: $reason",
    async (exception) => {
      const { witness, holdsFor } = exception;
      expect(witness.some(holdsFor)).toBe(true);
      const received = await doubleOutcomes((client) => oneByOne(client, asCalls(witness)));
      expect(received).not.toEqual(await jsonOutcomes(witness));
    },
  );
});
