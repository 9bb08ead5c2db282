/** Room on the phone: asked to last, and said before it is full. */

export interface Room {
  readonly used: number;
  readonly free: number;
  readonly isScarce: boolean;
  /** Whether the browser has promised not to clear it by itself. */
  readonly lasts: boolean;
}

const LEAST_FREE = 50_000_000;
const MOST_USED = 0.8;

export function roomOf(used: number, quota: number, lasts: boolean): Room {
  const free = Math.max(0, quota - used);
  return { used, free, isScarce: free < LEAST_FREE || used > MOST_USED * quota, lasts };
}

/** Say how much room there is; undefined where the browser does not say. */
export async function room(): Promise<Room | undefined> {
  const storage = globalThis.navigator?.storage;
  if (!storage?.estimate) return undefined;
  const { usage = 0, quota = 0 } = await storage.estimate();
  return quota ? roomOf(usage, quota, (await storage.persisted?.()) ?? false) : undefined;
}

export async function askToLast(): Promise<boolean> {
  return (await globalThis.navigator?.storage?.persist?.()) ?? false;
}
