/** Where somebody was, only in memory, for the way back after a lock. */

/** The page and question of each form. */
export const places = new Map<string, string>();
