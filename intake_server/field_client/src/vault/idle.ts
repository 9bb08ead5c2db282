/** When the application locks itself. */

export const IDLE_MS = 5 * 60 * 1000;
export const HOLD_MS = 15 * 60 * 1000;

/**
 * Tell whether it is time to lock.
 *
 * `touched` is when somebody last did something; while a question is being answered the
 * lock waits, though not for ever.
 */
export function isDue(now: number, touched: number, isAnswering: boolean): boolean {
  return now - touched >= (isAnswering ? HOLD_MS : IDLE_MS);
}
