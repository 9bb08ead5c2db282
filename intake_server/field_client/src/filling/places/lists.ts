/** Long lists of forms, each read once while the application is open. */
import type { FormSource } from "../../contracts";
import type { LongList } from "../../engine/parts";
import { script } from "../../trusted";
import type { Place } from "./rows";
import type { Answer, Call } from "./worker";
import address from "./worker?worker&url";

type Sent<C = Call> = C extends Call ? Omit<C, "id"> : never;

let worker: Worker | undefined;
let last = 0;
const waiting = new Map<number, (places: readonly Place[]) => void>();
const read = new Map<string, Promise<boolean>>();

/** Read a list ahead; false where the phone does not have it. */
export function prepare(source: FormSource, list: LongList): Promise<boolean> {
  const key = keyOf(source, list);
  const found = read.get(key);
  if (found) return found;
  const ready = source.media(list.file).then(async (blob) => {
    if (!blob) return false;
    await ask({ read: blob, key, value: list.value, label: list.label });
    return true;
  });
  read.set(key, ready);
  void ready.then((has) => has || read.delete(key));
  return ready;
}

/** Places that fit a text, at most `limit`. */
export async function search(
  source: FormSource,
  list: LongList,
  text: string,
  limit: number,
): Promise<readonly Place[]> {
  if (!(await prepare(source, list))) return [];
  return ask({ search: { only: list.only, text, limit }, key: keyOf(source, list) });
}

/** The place of a code; undefined where the list has none. */
export async function find(
  source: FormSource,
  list: LongList,
  value: string,
): Promise<Place | undefined> {
  if (!(await prepare(source, list))) return undefined;
  const [place] = await ask({ find: value, key: keyOf(source, list) });
  return place;
}

function keyOf(source: FormSource, list: LongList): string {
  return [source.formId, source.version, list.file, list.value, list.label].join("\n");
}

function ask(call: Sent): Promise<readonly Place[]> {
  worker ??= started();
  last += 1;
  const id = last;
  worker.postMessage({ ...call, id });
  return new Promise((resolve) => waiting.set(id, resolve));
}

function started(): Worker {
  const made = new Worker(script(address), { type: "module" });
  made.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    waiting.get(data.id)?.(data.places);
    waiting.delete(data.id);
  });
  return made;
}
