/** The users of one emulator, their tokens for REST, and what was refused to them. */
import { bytes, type ByteString } from "../bytes.js";
import { AclLog, type LogState } from "./log.js";

import { User } from "./user.js";

const DEFAULT = bytes("default");

interface Token {
  readonly name: ByteString;
  readonly digest: ByteString;
}

/** Copies of the users, and the tokens. */
interface Admission {
  readonly users: readonly User[];
  readonly tokens: ReadonlyMap<ByteString, Token>;
}

export interface AclState {
  readonly admission: Admission;
  readonly log: LogState;
}

export class Acl {
  readonly log = new AclLog();
  /** Whose sessions begin as; it is never removed. */
  readonly default = User.almighty(DEFAULT);
  readonly #users = new Map<ByteString, User>([[DEFAULT, this.default]]);
  /** What a token stands for: a user, and the digest of the password with which it comes in. */
  readonly #tokens = new Map<ByteString, Token>();
  /** What a snapshot has of users and tokens, as long as they have not changed. */
  #admission: Admission | undefined = undefined;

  /** By name. */
  get users(): readonly User[] {
    return [...this.#users.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  find(name: ByteString): User | undefined {
    return this.#users.get(name);
  }

  /** Creates or changes a user; returns what is wrong with the rules, and then nothing has changed. */
  set(name: ByteString, rules: readonly ByteString[]): string | undefined {
    const user = this.#users.get(name) ?? new User(name);
    const error = user.set(rules);
    if (error === undefined) this.#users.set(name, user);
    this.#admission = undefined;
    return error;
  }

  /** Returns the user that is gone. */
  delete(name: ByteString): User | undefined {
    const user = this.#users.get(name);
    this.#users.delete(name);
    this.#admission = undefined;
    return user;
  }

  /** The password of `default`, as `requirepass` sets it; without one it needs none. */
  requirePassword(password: ByteString | undefined): void {
    const rules = password === undefined ? ["nopass"] : ["resetpass", `>${password}`];
    this.default.set(rules.map(bytes));
    this.#admission = undefined;
  }

  /** Whether a session has to say who it is before it may do anything. */
  get asksForPassword(): boolean {
    return !this.default.nopass || !this.default.enabled;
  }

  /** The user, if the password lets it in. */
  authenticate(name: ByteString, password: ByteString): User | undefined {
    const user = this.#users.get(name);
    return user?.admits(password) === true ? user : undefined;
  }

  /** Makes a token that stands for a user as long as the digest is that of one of its passwords. */
  issueToken(token: ByteString, name: ByteString, digest: ByteString): void {
    this.#tokens.set(token, { name, digest });
    this.#admission = undefined;
  }

  userOfToken(token: ByteString): User | undefined {
    const known = this.#tokens.get(token);
    const user = known === undefined ? undefined : this.#users.get(known.name);
    if (known === undefined || user?.enabled !== true) return undefined;
    return user.nopass || user.hasPassword(known.digest) ? user : undefined;
  }

  /** `default` alone, as at first. */
  clear(): void {
    this.default.become(User.almighty(DEFAULT));
    this.#users.clear();
    this.#users.set(DEFAULT, this.default);
    this.#tokens.clear();
    this.#admission = undefined;
    this.log.clear();
  }

  snapshot(): AclState {
    this.#admission ??= {
      users: [...this.#users.values()].map((user) => user.copy()),
      tokens: new Map(this.#tokens),
    };
    return { admission: this.#admission, log: this.log.snapshot() };
  }

  /** Users that are gone then lose their sessions. */
  restore({ admission, log }: AclState): void {
    this.log.restore(log);
    if (admission === this.#admission) return;
    const gone = new Map(this.#users);
    this.#users.clear();
    for (const copy of admission.users) {
      const user = gone.get(copy.name) ?? new User(copy.name);
      user.become(copy);
      gone.delete(copy.name);
      this.#users.set(copy.name, user);
    }
    for (const { sessions } of gone.values()) for (const session of sessions) session.close();
    this.#tokens.clear();
    for (const [token, meaning] of admission.tokens) this.#tokens.set(token, meaning);
    this.#admission = admission;
  }
}
