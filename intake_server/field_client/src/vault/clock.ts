/**
 * How this phone's clock went while the application was open: by a second that never jumps.
 *
 * A clock that is set, or heals, makes what was written before look older than it is. A phone
 * that slept looks the same; so only a jump that is longer than a draft's life counts, and
 * only for what was written since this page began.
 */
import { DRAFT_LIFE_MS } from "./handing";

/** A wall clock and one that only goes on, both in milliseconds. */
export interface Times {
  readonly wall: () => number;
  readonly steady: () => number;
}

/** What was written in `from`..`to` is as old as if it had been written at `then`. */
interface Jump {
  readonly from: number;
  readonly to: number;
  readonly then: number;
}

export class Clock {
  readonly #jumps: Jump[] = [];
  #from: number;
  #wall: number;
  #steady: number;

  constructor(private readonly times: Times) {
    this.#from = this.#wall = times.wall();
    this.#steady = times.steady();
  }

  /** Look at the clocks; returns by how much the wall clock jumped since the last look. */
  look(): number {
    const [wall, steady] = [this.times.wall(), this.times.steady()];
    const expected = this.#wall + (steady - this.#steady);
    const jump = wall - expected;
    if (jump > DRAFT_LIFE_MS) this.#jumps.push({ from: this.#from, to: expected, then: wall });
    if (Math.abs(jump) > DRAFT_LIFE_MS) this.#from = wall;
    [this.#wall, this.#steady] = [wall, steady];
    return jump;
  }

  /** Return from when on something counts that was written at `changed`. */
  since(changed: number): number {
    return this.#jumps.reduce((at, { from, to, then }) => (from <= at && at <= to ? then : at), changed);
  }
}
