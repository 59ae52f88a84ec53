/** What HELLO tells, and how sessions end: what no transcript holds because it is the emulator's own. */
import { describe, expect, it } from "vitest";
import { bytes } from "../../src/bytes.js";
import { createEmulator } from "../../src/emulator.js";
import { encodeResp } from "../../src/resp/encode.js";

const words = (line: string): ReturnType<typeof bytes>[] => line.split(" ").map(bytes);

describe("HELLO", () => {
  it("answers a map in the protocol that it sets", () => {
    const emulator = createEmulator();
    const session = emulator.createSession();
    const reply = emulator.execute(session, words("HELLO 3 SETNAME ada"));
    expect(session).toMatchObject({ resp: 3, name: "ada" });
    expect(encodeResp(reply, session.resp)).toMatch(
      /^%7\r\n\$6\r\nserver\r\n\$5\r\nredis\r\n\$7\r\nversion\r\n\$5\r\n8\.0\.2\r\n\$5\r\nproto\r\n:3\r\n\$2\r\nid\r\n:\d+\r\n/,
    );
    emulator.execute(session, words("HELLO 2"));
    expect(session.resp).toBe(2);
  });
});

describe("QUIT", () => {
  it("ends a session, which is then refused everything", () => {
    const emulator = createEmulator();
    const session = emulator.createSession();
    expect(encodeResp(emulator.execute(session, words("QUIT")), 2)).toBe("+OK\r\n");
    expect(session.closed).toBe(true);
    expect(encodeResp(emulator.execute(session, words("PING")), 2)).toMatch(/^-ERR this session/);
  });

  it("leaves the emulator's own session as it is", () => {
    const emulator = createEmulator();
    expect(emulator.call("QUIT")).toBe("OK");
    expect(emulator.call("PING")).toBe("PONG");
  });
});

describe("ACL DELUSER", () => {
  it("ends the sessions of the user", () => {
    const emulator = createEmulator();
    const session = emulator.createSession();
    emulator.call("ACL", "SETUSER", "ada", "on", "nopass", "+@all");
    emulator.execute(session, words("AUTH ada x"));
    emulator.call("ACL", "DELUSER", "ada");
    expect(session.closed).toBe(true);
  });
});
