/**
 * The fake timers of vitest, Jest and sinon are one library, @sinonjs/fake-timers. It leaves its clock on each function that it
 * replaces; by that it is known here, whoever runs the tests.
 */
export interface FakeTimers {
  /** Whether `setTimeout` is fake, too; where not, only `Date` is. */
  readonly areTimersFake: boolean;
  /** Moves the time forward by milliseconds, with all timers on the way, or back to a time with none. */
  move(by: number, to: number): void;
}

/** The fake timers that `Date` has its time from; undefined where it is the real one. */
export function fakeTimers(): FakeTimers | undefined {
  const clock = clockOf(Date);
  if (clock === undefined) return undefined;
  return {
    areTimersFake: clockOf(setTimeout) === clock,
    move: (by, to) => {
      if (by >= 0) call(clock, "tick", by);
      else call(clock, "setSystemTime", to);
    },
  };
}

function clockOf(replaced: object): object | undefined {
  const clock: unknown = Reflect.get(replaced, "clock");
  return typeof clock === "object" && clock !== null && "tick" in clock ? clock : undefined;
}

function call(clock: object, name: string, argument: number): void {
  const method: unknown = Reflect.get(clock, name);
  if (typeof method === "function") Reflect.apply(method, clock, [argument]);
}
