/** The rules of lint with their levels, and what may be said about each. */
import {
  commandMatcher,
  nearest,
  show,
  type CalledCommand,
  type CommandFilter,
} from "./matching.js";

/** A rule of lint. */
export type LintRuleName =
  | "keyWithoutTtl"
  | "fullScan"
  | "cachedRead"
  | "typeChange"
  | "mixedTypes"
  | "repeatedReads"
  | "refusedCommand"
  | "oversize";

/** What a rule does when it is broken: nothing, a warning on the console, or an error for whoever calls. */
export type LintLevel = "off" | "warn" | "error";

export interface LintRuleOptions {
  readonly level?: LintLevel | undefined;
  /** What is left alone: keys, as glob patterns or RegExps, or commands, as faults pick them (`{ on: "FLUSHALL" }`). */
  readonly ignore?: readonly (string | RegExp | CommandFilter)[] | undefined;
  /**
   * From where on it is too much. `fullScan`: keys, elements, members or fields read at once, 1000; `repeatedReads`: reads, 5;
   * `oversize`: bytes of a command or a reply, 1,048,576.
   */
  readonly threshold?: number | undefined;
}

export type LintRules = {
  readonly [Name in LintRuleName]?: LintLevel | LintRuleOptions | undefined;
} & {
  /** The level of the rules that are not named; unless given, each has its own. */
  readonly others?: LintLevel | undefined;
};

/** `true`: every rule at its own level. */
export type Strictness = boolean | LintRules;

/** The levels are errors where production is sure to fail, warnings elsewhere. */
const DEFAULTS: Readonly<Record<LintRuleName, { level: LintLevel; threshold?: number }>> = {
  keyWithoutTtl: { level: "warn" },
  fullScan: { level: "warn", threshold: 1000 },
  cachedRead: { level: "warn" },
  typeChange: { level: "warn" },
  mixedTypes: { level: "warn" },
  repeatedReads: { level: "warn", threshold: 5 },
  refusedCommand: { level: "error" },
  oversize: { level: "warn", threshold: 2 ** 20 },
};

export const LINT_RULES: readonly LintRuleName[] = [
  "keyWithoutTtl",
  "fullScan",
  "cachedRead",
  "typeChange",
  "mixedTypes",
  "repeatedReads",
  "refusedCommand",
  "oversize",
];

const RULES: ReadonlySet<string> = new Set(LINT_RULES);
const LEVELS: ReadonlySet<unknown> = new Set(["off", "warn", "error"]);

/** A rule as it is in force. */
export interface LintSetting {
  readonly level: LintLevel;
  /** Infinity for a rule that has none. */
  readonly threshold: number;
  readonly ignores: (command: CalledCommand) => boolean;
}

export type LintSettings = Readonly<Record<LintRuleName, LintSetting>>;

/** The rules' settings; undefined where none is on. Throws a TypeError for what is no rule, level, pattern or threshold. */
export function lintSettings(strict: Strictness): LintSettings | undefined {
  if (strict === false) return undefined;
  const rules = strict === true ? {} : checkedRules(strict);
  const setting = (name: LintRuleName): LintSetting => settingOf(name, rules);
  const settings: LintSettings = {
    keyWithoutTtl: setting("keyWithoutTtl"),
    fullScan: setting("fullScan"),
    cachedRead: setting("cachedRead"),
    typeChange: setting("typeChange"),
    mixedTypes: setting("mixedTypes"),
    repeatedReads: setting("repeatedReads"),
    refusedCommand: setting("refusedCommand"),
    oversize: setting("oversize"),
  };
  return Object.values(settings).some(({ level }) => level !== "off") ? settings : undefined;
}

function checkedRules(rules: LintRules): LintRules {
  if (typeof rules !== "object" || rules === null) {
    throw new TypeError(
      `strict: ${show(rules)} is neither true, false nor rules; pass ones like { keyWithoutTtl: "error" }`,
    );
  }
  for (const name of Object.keys(rules)) {
    if (RULES.has(name) || name === "others") continue;
    const [meant] = nearest(name, RULES);
    const hint =
      meant === undefined ? `the rules are ${LINT_RULES.join(", ")}` : `did you mean ${meant}?`;
    throw new TypeError(`strict: there is no rule ${show(name)}; ${hint}`);
  }
  if (rules.others !== undefined) checkLevel("others", rules.others);
  return rules;
}

function settingOf(name: LintRuleName, rules: LintRules): LintSetting {
  const given = rules[name];
  const options = typeof given === "object" && given !== null ? given : { level: given };
  const { ignore = [], threshold = DEFAULTS[name].threshold ?? Infinity } = options;
  const others = given === undefined ? rules.others : undefined;
  const level = options.level ?? others ?? DEFAULTS[name].level;
  checkLevel(name, level);
  if (typeof threshold !== "number" || !(threshold > 0)) {
    throw new TypeError(
      `strict.${name}.threshold: ${show(threshold)} is no number above 0; pass one like ${DEFAULTS[name].threshold ?? 1}`,
    );
  }
  if (!Array.isArray(ignore)) {
    throw new TypeError(
      `strict.${name}.ignore: ${show(ignore)} is no array; pass patterns for keys like ["config:*"]`,
    );
  }
  const ignored = ignore.map((pattern) => {
    const isKey = typeof pattern === "string" || pattern instanceof RegExp;
    return commandMatcher(`strict.${name}.ignore`, isKey ? { key: pattern } : pattern);
  });
  const ignores = (command: CalledCommand): boolean => ignored.some((matches) => matches(command));
  return { level, threshold, ignores };
}

function checkLevel(name: string, level: unknown): void {
  if (LEVELS.has(level)) return;
  throw new TypeError(`strict.${name}: ${show(level)} is no level; pass "off", "warn" or "error"`);
}
