/** A user: whether it may come in, with which passwords, and what it may do (acl.c). */
import { bytes, lowerAscii, sliceBytes, untilZero, type ByteString } from "../bytes.js";
import { reasons, Selector, type Access, type Refusal, type RuleError } from "./selector.js";
import { sha256 } from "./sha256.js";

const HASH = /^[\da-f]{64}$/;

export class User {
  readonly name: ByteString;
  /** The sessions that are this user, but for `default`. */
  readonly sessions = new Set<{ close(): void }>();
  /** Whether one call after another can be let through unseen. */
  unrestricted = false;
  enabled = false;
  /** Whether every password will do. */
  nopass = false;
  #sanitizes = true;
  /** SHA-256 digests. */
  #passwords = new Set<ByteString>();
  #root = new Selector();
  #selectors: Selector[] = [];

  constructor(name: ByteString) {
    this.name = name;
  }

  /** One who may do everything and needs no password, as `default` is at first. */
  static almighty(name: ByteString): User {
    const user = new User(name);
    for (const rule of ["+@all", "~*", "&*", "on", "nopass"]) user.#apply(bytes(rule));
    user.#settle();
    return user;
  }

  /**
   * Applies rules in order, all or none. Returns what is wrong with one of them; a selector may be spread over several words.
   */
  set(rules: readonly ByteString[]): string | undefined {
    const merged = mergedSelectors(rules);
    if (!Array.isArray(merged)) return merged.error;
    const staged = this.copy();
    for (const rule of merged) {
      const error = staged.#apply(rule);
      if (error !== undefined) {
        return `Error in ACL SETUSER modifier '${untilZero(rule)}': ${error}`;
      }
    }
    this.become(staged);
    return undefined;
  }

  copy(): User {
    const copy = new User(this.name);
    copy.become(this);
    return copy;
  }

  /** Takes over all but the name. */
  become(other: User): void {
    this.enabled = other.enabled;
    this.nopass = other.nopass;
    this.#sanitizes = other.#sanitizes;
    this.#passwords = new Set(other.#passwords);
    this.#root = other.#root.copy();
    this.#selectors = other.#selectors.map((selector) => selector.copy());
    this.#settle();
  }

  #settle(): void {
    this.unrestricted = this.selectors.some((selector) => selector.unrestricted);
  }

  /** The root's first. */
  get selectors(): readonly Selector[] {
    return [this.#root, ...this.#selectors];
  }

  get passwords(): readonly ByteString[] {
    return [...this.#passwords];
  }

  get flags(): readonly string[] {
    return [
      this.enabled ? "on" : "off",
      ...(this.nopass ? ["nopass"] : []),
      this.#sanitizes ? "sanitize-payload" : "skip-sanitize-payload",
    ];
  }

  /** Whether the user may come in with the password. */
  admits(password: ByteString): boolean {
    return this.enabled && (this.nopass || this.#passwords.has(sha256(password)));
  }

  /** Whether a password of that digest has been set. */
  hasPassword(digest: ByteString): boolean {
    return this.#passwords.has(digest);
  }

  #apply(rule: ByteString): RuleError | undefined {
    if (rule === "") return undefined;
    switch (lowerAscii(untilZero(rule))) {
      case "on":
      case "off":
        this.enabled = lowerAscii(untilZero(rule)) === "on";
        return undefined;
      case "skip-sanitize-payload":
        this.#sanitizes = false;
        return undefined;
      case "sanitize-payload":
        this.#sanitizes = true;
        return undefined;
      case "nopass":
      case "resetpass":
        this.nopass = lowerAscii(untilZero(rule)) === "nopass";
        this.#passwords.clear();
        return undefined;
      case "clearselectors":
        this.#selectors = [];
        return undefined;
      case "reset":
        this.become(new User(this.name));
        return undefined;
      default:
        return this.#applyOther(rule);
    }
  }

  #applyOther(rule: ByteString): RuleError | undefined {
    const operand = sliceBytes(rule, 1);
    switch (rule[0]) {
      case ">":
        return this.#addPassword(sha256(operand));
      case "#":
        return HASH.test(operand) ? this.#addPassword(operand) : WRONG_HASH;
      case "<":
        return this.#removePassword(sha256(operand));
      case "!":
        return HASH.test(operand) ? this.#removePassword(operand) : WRONG_HASH;
      case "(":
        return rule.endsWith(")")
          ? this.#addSelector(sliceBytes(rule, 1, -1))
          : this.#root.apply(rule);
      default:
        return this.#root.apply(rule);
    }
  }

  #addPassword(digest: ByteString): undefined {
    this.#passwords.add(digest);
    this.nopass = false;
  }

  #removePassword(digest: ByteString): RuleError | undefined {
    if (this.#passwords.delete(digest)) return undefined;
    return "The password you are trying to remove from the user does not exist";
  }

  #addSelector(rules: ByteString): RuleError | undefined {
    const selector = new Selector();
    for (const rule of untilZero(rules).split(/[\t-\r ]+/)) {
      const error = rule === "" ? undefined : selector.apply(bytes(rule));
      if (error !== undefined) return error;
    }
    this.#selectors.push(selector);
    return undefined;
  }

  /** Why the call is refused: of what the selectors object to, that to which most had been granted before. */
  refusal(access: Access): Refusal | undefined {
    let worst: Refusal = { reason: "command", place: undefined };
    for (const selector of this.selectors) {
      const refusal = selector.check(access);
      if (refusal === undefined) return undefined;
      if (weight(refusal) > weight(worst)) worst = refusal;
    }
    return worst;
  }

  /** Whether one selector allows both the call and reading every key. */
  readsAllKeys(access: Access): boolean {
    return this.selectors.some(
      (selector) => selector.readsAllKeys && selector.check(access) === undefined,
    );
  }

  /** As ACL LIST shows it. */
  describe(): ByteString {
    const [root, ...others] = this.selectors.map((selector) => selector.describe());
    return bytes(
      [
        `user ${this.name}`,
        ...this.flags,
        ...this.passwords.map((digest) => `#${digest}`),
        root,
        ...others.map((rules) => `(${rules})`),
      ].join(" "),
    );
  }
}

const WRONG_HASH =
  "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters";

/** The reason decides, then the place. */
function weight({ reason, place = 0 }: Refusal): number {
  return reasons.indexOf(reason) * 2 ** 32 + place;
}

/** Words with those of each selector joined to one. */
function mergedSelectors(rules: readonly ByteString[]): ByteString[] | { readonly error: string } {
  const merged: ByteString[] = [];
  let open: { readonly start: ByteString; text: string } | undefined;
  for (const rule of rules) {
    if (open !== undefined) {
      open.text += ` ${untilZero(rule)}`;
      if (!rule.endsWith(")")) continue;
      merged.push(bytes(open.text));
      open = undefined;
    } else if (rule.startsWith("(") && !rule.endsWith(")")) open = { start: rule, text: rule };
    else merged.push(rule);
  }
  if (open === undefined) return merged;
  return {
    error: `Unmatched parenthesis in acl selector starting at '${untilZero(open.start)}'.`,
  };
}
