/** Where somebody was, only in memory, for the way back after a lock. */
import type { Entry } from "../outbox/correcting";

/** The page and question of each form. */
export const places = new Map<string, string>();

/** Corrections that were begun, by worker and form. */
export const begun = new Map<string, Entry[]>();
