/** Where no source tells how the service answers, fixtures/rest/open-questions.json says what is taken; here each holds. */
import { describe, expect, it } from "vitest";
import questions from "../../fixtures/rest/open-questions.json" with { type: "json" };
import { createEmulator } from "../../src/emulator.js";

interface OpenQuestion {
  readonly question: string;
  readonly taken: string;
  readonly before?: readonly (readonly string[])[];
  readonly request: {
    readonly method?: string;
    readonly target: string;
    readonly token?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** Commands that are called once the answer has begun. */
  readonly then?: readonly (readonly string[])[];
  readonly response: {
    readonly status: number;
    readonly body: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** A command and, behind its words, what it answers afterwards. */
  readonly leaves?: readonly string[];
}

const list: readonly OpenQuestion[] = questions;

describe("open questions", () => {
  it.each(list)("$question $taken", async (open) => {
    const { before = [], request, then: later = [], response, leaves = [] } = open;
    const emulator = createEmulator({ token: "full", readOnlyToken: "read-only" });
    for (const [name = "", ...args] of before) emulator.call(name, ...args);
    const { method = "POST", target, token = "full", headers = {}, body } = request;
    const answer = await emulator.fetch(
      new Request(`https://db.example${target}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body === undefined ? {} : { body }),
      }),
    );
    for (const [name = "", ...args] of later) emulator.call(name, ...args);
    expect(answer.status).toBe(response.status);
    expect(await answer.text()).toBe(response.body);
    expect(Object.fromEntries(answer.headers)).toMatchObject(response.headers ?? {});
    expect(afterwards(emulator, leaves)).toEqual(leaves);
  });
});

/** Reads the keys of `["GET", "k", "1"]` or `["MGET", "a", "b", "1", "2"]` and lays the answer out in the same way. */
function afterwards(
  emulator: ReturnType<typeof createEmulator>,
  leaves: readonly string[],
): readonly unknown[] {
  const [name, ...rest] = leaves;
  if (name === undefined) return [];
  const keys = rest.slice(0, rest.length / 2);
  return [name, ...keys, emulator.call(name, ...keys)].flat();
}
