/** Users over REST: tokens of ACL RESTTOKEN and GENTOKEN, and what the service keeps to itself. */
import { describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator.js";

async function send(emulator: Emulator, token: string, ...words: string[]): Promise<unknown> {
  const response = await emulator.fetch(
    new Request("https://kv-emulator.test/", {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(words),
    }),
  );
  return response.json();
}

async function textOf(answer: Promise<unknown>): Promise<string> {
  const body = await answer;
  return typeof body === "object" && body !== null && "result" in body ? String(body.result) : "";
}

describe("ACL over REST", () => {
  it("lets a user in by the token of ACL RESTTOKEN and holds it to its rules", async () => {
    const emulator = createEmulator({ token: "full" });
    const admin = (...words: string[]): Promise<unknown> => send(emulator, "full", ...words);
    await admin("ACL", "SETUSER", "ada", "on", ">pw", "~a:*", "+@read", "+acl");
    const token = await textOf(admin("ACL", "RESTTOKEN", "ada", "pw"));
    const ada = (...words: string[]): Promise<unknown> => send(emulator, token, ...words);
    await admin("SET", "a:1", "v");

    expect(await ada("ACL", "WHOAMI")).toEqual({ result: "ada" });
    expect(await ada("GET", "a:1")).toEqual({ result: "v" });
    expect(await ada("SET", "a:1", "w")).toEqual({
      error: "NOPERM this user has no permissions to run the 'set' command or its subcommand",
    });
    expect(await ada("GET", "b")).toEqual({
      error: "NOPERM this user has no permissions to access one of the keys used as arguments",
    });
  });

  it("turns a token away when its password or its user is gone", async () => {
    const emulator = createEmulator({ token: "full" });
    const admin = (...words: string[]): Promise<unknown> => send(emulator, "full", ...words);
    await admin("ACL", "SETUSER", "ada", "on", ">pw", "+@all", "~*");
    const token = await textOf(admin("ACL", "RESTTOKEN", "ada", "pw"));
    expect(await send(emulator, token, "ACL", "WHOAMI")).toEqual({ result: "ada" });
    await admin("ACL", "SETUSER", "ada", "<pw");
    expect(await send(emulator, token, "PING")).toHaveProperty("error");
    await admin("ACL", "SETUSER", "ada", ">pw");
    expect(await send(emulator, token, "PING")).toEqual({ result: "PONG" });
    await admin("ACL", "DELUSER", "ada");
    expect(await send(emulator, token, "PING")).toHaveProperty("error");
  });

  it("takes the token of ACL GENTOKEN as a password and as a token", async () => {
    const emulator = createEmulator({ token: "full" });
    const admin = (...words: string[]): Promise<unknown> => send(emulator, "full", ...words);
    const token = await textOf(admin("ACL", "GENTOKEN", "ada"));
    expect(await send(emulator, token, "PING")).toHaveProperty("error");
    await admin("ACL", "SETUSER", "ada", "on", `>${token}`, "+@all", "~*");
    expect(await send(emulator, token, "ACL", "WHOAMI")).toEqual({ result: "ada" });
  });

  it("refuses what the service does not take", async () => {
    const emulator = createEmulator();
    const admin = (...words: string[]): Promise<unknown> => send(emulator, "", ...words);
    expect(await admin("ACL", "RESTTOKEN", "ada", "pw")).toEqual({
      error: 'ERR Wrong password or user "ada" does not exist',
    });
    expect(await admin("ACL", "RESTTOKEN", "ada")).toEqual({
      error: "ERR invalid syntax. Usage: ACL RESTTOKEN username password",
    });
    expect(await admin("ACL", "SETUSER", "default", "off")).toHaveProperty("error");
    expect(await admin("ACL", "SETUSER", "ada", "nopass")).toHaveProperty("error");
    expect(await admin("ACL", "SAVE")).toEqual({ result: "OK" });
    expect(await admin("ACL", "LOG")).toEqual({ result: [] });
  });
});

describe("ACL of Redis", () => {
  it("knows no tokens", () => {
    expect(() => createEmulator().call("ACL", "RESTTOKEN", "ada", "pw")).toThrow(
      "ERR unknown subcommand 'RESTTOKEN'. Try ACL HELP.",
    );
  });
});
