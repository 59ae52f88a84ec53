/** What has been used of a plan: commands of the day and the month on the emulator's clock, bytes, connections. */
import type { Clock } from "../clock.js";
import { checkAmount, type Limits } from "./plan-limits.js";
import type { KeySizes } from "./plan-sizes.js";

/** What can be set. */
type Settable = Pick<Limits, "monthlyCommands" | "dailyCommands" | "databaseSize">;

export interface Usage extends Settable {
  /** Over RESP, at present. */
  readonly connections: number;
  /**
   * Has a test begin near a limit: `usage.set({ monthlyCommands: 499_999 })`. A size is that of the keys there are together with ones
   * that are not to be seen. Throws a TypeError for what is no amount.
   */
  set(usage: Partial<Settable>): void;
}

/** What of the usage goes with a snapshot. */
export interface UsageState {
  readonly day: number;
  readonly dailyCommands: number;
  readonly monthlyCommands: number;
  readonly unseen: number;
}

const DAY = 86_400_000;

export class Meter implements Usage {
  connections = 0;
  readonly #clock: Clock;
  readonly #sizes: KeySizes;
  readonly #upToDate: () => unknown;
  /** To which the commands of the day belong, as days since 1970. */
  #day: number;
  #dailyCommands = 0;
  #monthlyCommands = 0;
  /** Bytes that no key holds. */
  #unseen = 0;

  /** `upToDate` has keys die whose time is up. */
  constructor(clock: Clock, sizes: KeySizes, upToDate: () => unknown) {
    this.#clock = clock;
    this.#sizes = sizes;
    this.#upToDate = upToDate;
    this.#day = this.#today();
  }

  get dailyCommands(): number {
    this.#turnPage();
    return this.#dailyCommands;
  }

  get monthlyCommands(): number {
    this.#turnPage();
    return this.#monthlyCommands;
  }

  get databaseSize(): number {
    this.#upToDate();
    return this.bytes;
  }

  /** The size at the time of the last command. */
  get bytes(): number {
    return Math.max(0, this.#sizes.total + this.#unseen);
  }

  count(commands: number): void {
    this.#turnPage();
    this.#dailyCommands += commands;
    this.#monthlyCommands += commands;
  }

  set(usage: Partial<Settable>): void {
    for (const [name, amount] of Object.entries(usage)) {
      if (!["monthlyCommands", "dailyCommands", "databaseSize"].includes(name)) {
        throw new TypeError(
          `usage.set({ ${name} }): that can not be set; pass monthlyCommands, dailyCommands or databaseSize`,
        );
      }
      if (amount !== undefined) checkAmount(`usage.set({ ${name} })`, amount);
    }
    this.#turnPage();
    this.#dailyCommands = usage.dailyCommands ?? this.#dailyCommands;
    this.#monthlyCommands = usage.monthlyCommands ?? this.#monthlyCommands;
    if (usage.databaseSize === undefined) return;
    this.#upToDate();
    this.#unseen = usage.databaseSize - this.#sizes.total;
  }

  save(): UsageState {
    return {
      day: this.#day,
      dailyCommands: this.#dailyCommands,
      monthlyCommands: this.#monthlyCommands,
      unseen: this.#unseen,
    };
  }

  restore({ day, dailyCommands, monthlyCommands, unseen }: UsageState): void {
    this.#day = day;
    this.#dailyCommands = dailyCommands;
    this.#monthlyCommands = monthlyCommands;
    this.#unseen = unseen;
  }

  /** Begins anew, but for the connections. */
  clear(): void {
    this.restore({ day: this.#today(), dailyCommands: 0, monthlyCommands: 0, unseen: 0 });
  }

  #today(): number {
    return Math.floor(this.#clock.now() / DAY);
  }

  #turnPage(): void {
    const today = this.#today();
    if (today === this.#day) return;
    if (monthOf(today) !== monthOf(this.#day)) this.#monthlyCommands = 0;
    this.#dailyCommands = 0;
    this.#day = today;
  }
}

function monthOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 7);
}
