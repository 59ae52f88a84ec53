/** The sessions as CLIENT LIST shows them, each in a line. What an emulator has not of a client (sockets, buffers) is 0. */
import { untilZero } from "../bytes.js";
import type { Session } from "../session.js";
import type { Context } from "./command.js";

/** The sorts of client that there can be; an emulator has no masters and no replicas. */
export type ClientType = "normal" | "master" | "replica" | "pubsub";

export const CLIENT_TYPES: ReadonlyMap<string, ClientType> = new Map<string, ClientType>([
  ["normal", "normal"],
  ["master", "master"],
  ["replica", "replica"],
  ["slave", "replica"],
  ["pubsub", "pubsub"],
]);

/** Those that are connected, and the caller. */
export function connected({ server, session }: Context): readonly Session[] {
  const { sessions } = server;
  return sessions.has(session) ? [...sessions] : [...sessions, session];
}

export function clientType(session: Session): ClientType {
  return session.subscribed ? "pubsub" : "normal";
}

export function clientLine({ now, monitors, server }: Context, session: Session): string {
  const { channels, patterns, shardChannels } = session.subscriptions;
  const { transaction, user } = session;
  const fields: readonly (readonly [name: string, value: string | number])[] = [
    ["id", session.id],
    ["addr", session.address],
    ["laddr", server.address],
    ["fd", session.id + FIRST_SOCKET],
    ["name", untilZero(session.name)],
    ["age", seconds(now - session.createdAt)],
    ["idle", seconds(now - session.calledAt)],
    ["flags", flagsOf(session, monitors.has(session))],
    ["db", session.database],
    ["sub", channels.size],
    ["psub", patterns.size],
    ["ssub", shardChannels.size],
    ["multi", transaction === undefined ? -1 : transaction.queue.length],
    ["watch", session.watchedKeys],
    ["qbuf", 0],
    ["qbuf-free", 0],
    ["argv-mem", 0],
    ["multi-mem", 0],
    ["rbs", 1024],
    ["rbp", 0],
    ["obl", 0],
    ["oll", 0],
    ["omem", 0],
    ["tot-mem", 0],
    ["events", "r"],
    ["cmd", session.lastCommand],
    ["user", user.name],
    ["redir", -1],
    ["resp", session.resp],
    ["lib-name", untilZero(session.libraryName)],
    ["lib-ver", untilZero(session.libraryVersion)],
    ["io-thread", 0],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}

/** Below are the sockets that a server has of its own. */
const FIRST_SOCKET = 8;

function seconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1000));
}

function flagsOf(session: Session, monitors: boolean): string {
  const flags = [
    monitors ? "O" : "",
    session.subscribed ? "P" : "",
    session.transaction === undefined ? "" : "x",
    session.watchBroken ? "d" : "",
    session.noEvict ? "e" : "",
    session.noTouch ? "T" : "",
  ];
  return flags.join("") || "N";
}
