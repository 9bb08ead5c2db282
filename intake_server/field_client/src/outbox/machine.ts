/**
 * What may happen to a form, and what it is then: one table, nothing else decides.
 *
 * An event that means nothing in a state leaves it as it is, so that an answer which comes
 * late, or twice, does no harm. Only `received` and `looked_at` mean that a node has said,
 * signed, that all of it is kept.
 */

export type State =
  | "draft"
  | "finishing"
  | "ready"
  | "sending"
  | "files"
  | "received"
  | "looked_at"
  | "not_received";

export type Event =
  /** The worker has said that all is there. */
  | "finished"
  /** The worker has gone back within the minute. */
  | "went_back"
  /** The minute is over, or the draft is handed over as it stands. */
  | "sealed"
  /** The sender has picked it up. */
  | "taken"
  /** The line broke, the server was busy, or the application was closed. */
  | "interrupted"
  /** A good receipt; all files are there. */
  | "stored"
  /** A good receipt that names files which have not come. */
  | "stored_without_files"
  /** A good receipt: a coordinator looks at it. */
  | "set_aside"
  /** The files are on the node; the form is sent once more to have that signed. */
  | "files_sent"
  /** The answer was not from a node that this phone knows, or named something else. */
  | "forged"
  /** The node does not take it as it is. */
  | "refused"
  /** The worker, or time, has it tried again. */
  | "again";

type Row = Readonly<Partial<Record<Event, State>>>;

export const TABLE: Readonly<Record<State, Row>> = {
  draft: { finished: "finishing", sealed: "ready" },
  finishing: { went_back: "draft", sealed: "ready" },
  ready: { taken: "sending" },
  sending: {
    interrupted: "ready",
    stored: "received",
    stored_without_files: "files",
    set_aside: "looked_at",
    forged: "not_received",
    refused: "not_received",
  },
  files: { files_sent: "ready", interrupted: "files", refused: "not_received", again: "ready" },
  received: {},
  looked_at: {},
  not_received: { again: "ready", taken: "sending" },
};

export const STATES = Object.keys(TABLE) as readonly State[];

/** Return what a form is after an event. */
export function next(state: State, event: Event): State {
  return TABLE[state][event] ?? state;
}

/** Whether a node has said, signed, that it keeps all of it. */
export function isKept(state: State): boolean {
  return state === "received" || state === "looked_at";
}
