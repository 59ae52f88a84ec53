import { explore, type Own } from "kv-emulator/explore";
import { emulator } from "kv-emulator/vitest";
import { expect, test } from "vitest";

const hit = async ({ kv }: Own) => kv.set("hits", ((await kv.get<number>("hits")) ?? 0) + 1);

test("a hit is lost", async () => {
  const exploration = explore(emulator, {
    actors: { alice: hit, bob: hit },
    invariant: ({ emulator }) => emulator.call("GET", "hits") === "2",
  });
  await expect(exploration).rejects.toThrow('schedule: "alice bob bob alice"');
});
