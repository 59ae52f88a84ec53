/** Both servers before what no well-meant client sends; `npm run conformance:hostile` sends more. */
import { expect, it } from "vitest";
import { checkHostile } from "../../scripts/conformance/hostile-check.js";

it("law: whatever is sent, the servers go on answering", async () => {
  const { requests, violations } = await checkHostile(2_000, 1);
  expect(requests).toBeGreaterThanOrEqual(2_000);
  expect(violations).toEqual([]);
});
