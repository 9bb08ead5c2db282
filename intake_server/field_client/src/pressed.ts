/**
 * A finger or a mouse button that is down: what is under it does not move before it is up,
 * or the tap would be lost, or give another answer.
 */
import { onScopeDispose, type ShallowRef, shallowRef, watch } from "vue";

/** Who presses longer than this does not tap. */
const LONGEST_MS = 1_000;
/** A click comes sooner after the finger is up, or not at all. */
const CLICK_MS = 50;

const waiting = new Set<() => void>();
let isDown = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Know from now on when something is pressed on what `target` shows. */
export function watchPresses(target: EventTarget): void {
  const how = { capture: true, passive: true };
  const on = (names: readonly string[], ms: number): void => {
    for (const name of names) target.addEventListener(name, () => isDown && freeIn(ms), how);
  };
  target.addEventListener(
    "pointerdown",
    () => {
      isDown = true;
      freeIn(LONGEST_MS);
    },
    how,
  );
  on(["pointerup", "pointercancel"], CLICK_MS);
  on(["click"], 0);
}

/** Run what may move what is on the screen: now, or once nothing is pressed any more. */
export function afterPress(run: () => void): void {
  if (isDown) waiting.add(run);
  else run();
}

/** What `source` says, as it may be shown. */
export function calm<T>(source: () => T): Readonly<ShallowRef<T>> {
  const shown = shallowRef(source());
  const follow = (): void => void (shown.value = source());
  watch(source, () => afterPress(follow));
  onScopeDispose(() => waiting.delete(follow));
  return shown;
}

function freeIn(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(free, ms);
}

function free(): void {
  isDown = false;
  const all = [...waiting];
  waiting.clear();
  const thrown: unknown[] = [];
  for (const run of all) {
    try {
      run();
    } catch (error) {
      thrown.push(error);
    }
  }
  if (thrown.length > 0) throw thrown[0];
}
