/** Where in each form somebody was; only in memory, for the way back after a lock. */
export const places = new Map<string, string>();
