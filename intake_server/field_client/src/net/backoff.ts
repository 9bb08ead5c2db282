/** How long to wait before another try, so that many phones do not come at once. */

const FIRST_MS = 5_000;
const MOST_MS = 15 * 60_000;

/** Return the wait after `failures` in a row: twice as long each time, half of it by chance. */
export function backoff(failures: number, chance: number): number {
  const whole = Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(whole / 2 + (whole / 2) * chance);
}

/** Read `Retry-After`: seconds or a moment; undefined for neither, at most a day. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (!header) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), 86_400_000) : undefined;
}
