// @vitest-environment node
import { expect, it } from "vitest";
import { type Event, isKept, next, type State, STATES } from "./machine";

const EVENTS: readonly Event[] = [
  "finished",
  "went_back",
  "sealed",
  "taken",
  "interrupted",
  "stored",
  "stored_without_files",
  "set_aside",
  "files_sent",
  "forged",
  "refused",
  "again",
];

/** A row a state, a column an event in the order above; a dot: it stays as it is. */
const EXPECTED: Readonly<Record<State, string>> = {
  draft: "finishing . ready . . . . . . . . .",
  finishing: ". draft ready . . . . . . . . .",
  ready: ". . . sending . . . . . . . .",
  sending: ". . . . ready received files looked_at . not_received not_received .",
  files: ". . . . files . . . ready . not_received ready",
  received: ". . . . . . . . . . . .",
  looked_at: ". . . . . . . . . . . .",
  not_received: ". . . sending . . . . . . . ready",
};

const ROWS = STATES.flatMap((state) => {
  const cells = EXPECTED[state].split(" ");
  return EVENTS.map((event, at) => [state, event, cells[at] === "." ? state : (cells[at] as State)] as const);
});

it.each(ROWS)("%s, when %s, is then %s", (state, event, after) => {
  expect(next(state, event)).toBe(after);
});

it("says every state and every event", () => {
  expect(Object.keys(EXPECTED).sort()).toEqual([...STATES].sort());
  expect(ROWS).toHaveLength(STATES.length * EVENTS.length);
});

it("counts as kept only what a good receipt says, and nothing leads out of it", () => {
  const receipts = new Set<Event>(["stored", "set_aside"]);
  for (const state of STATES) {
    for (const event of EVENTS) {
      if (isKept(next(state, event)) && !isKept(state)) {
        expect([state, receipts.has(event)]).toEqual(["sending", true]);
      }
      if (isKept(state)) expect(next(state, event)).toBe(state);
    }
  }
});
