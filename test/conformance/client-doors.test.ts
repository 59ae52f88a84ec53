/** The law of the doors for clients: the double and the real client answer alike to equal calls, however an app writes them. */
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { double, oneByOne, realClients, server, ways, type Way } from "./doors.js";
import { RUNS, calls, wildCalls, config, overClient } from "./door-laws.js";

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterAll(() => server.close());

describe.each(realClients)("the double and $name", (real) => {
  it.each(Object.entries(ways))("answer alike to calls %s", async (_, way: Way) => {
    await fc.assert(
      fc.asyncProperty(calls, config, async (calls, config) => {
        const expected = await overClient(real, config, (client) => way(client, calls));
        expect(await overClient(double, config, (client) => way(client, calls))).toEqual(expected);
      }),
      RUNS,
    );
  });

  it("answer alike to calls with arguments of every kind", async () => {
    await fc.assert(
      fc.asyncProperty(wildCalls, config, async (calls, config) => {
        const expected = await overClient(real, config, (client) => oneByOne(client, calls));
        const received = await overClient(double, config, (client) => oneByOne(client, calls));
        expect(received).toEqual(expected);
      }),
      RUNS,
    );
  });
});
