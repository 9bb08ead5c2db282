/** Reads and searches long lists beside the page, so that no tap waits for them. */
import { type Asked, type Place, Rows } from "./rows";

export type Call =
  | { readonly id: number; readonly read: Blob; readonly key: string; readonly value: string; readonly label: string }
  | { readonly id: number; readonly find: string; readonly key: string }
  | { readonly id: number; readonly search: Asked; readonly key: string };

export interface Answer {
  readonly id: number;
  readonly places: readonly Place[];
}

const lists = new Map<string, Promise<Rows>>();

addEventListener("message", (event: MessageEvent<Call>) => {
  void answered(event.data).then((places) => {
    postMessage({ id: event.data.id, places } satisfies Answer);
  });
});

async function answered(call: Call): Promise<readonly Place[]> {
  if ("read" in call) {
    const { read, key, value, label } = call;
    lists.set(key, read.text().then((csv) => new Rows(csv, value, label)));
    return [];
  }
  const rows = await lists.get(call.key);
  if (!rows) return [];
  if ("search" in call) return rows.search(call.search);
  const found = rows.find(call.find);
  return found ? [found] : [];
}
