/**
 * The first thing that runs: keeps the application on the phone, saying how far it is,
 * then starts it. A line that breaks is waited for; where nothing can be kept at all the
 * application starts all the same, and says itself what is missing.
 */
import "./style.css";
import { keepsShell, Outcome } from "./worker/keeping";
import type { Progress } from "./worker/shell";

const PAUSE_MS = 3_000;
const BROKEN = "Лінія обірвалася. Те, що прийшло, збережено; пробуємо далі… / The line broke. What came is kept; going on…";

let most = 0;

void boot();

async function boot(): Promise<void> {
  while ((await keepsShell(shown)) === Outcome.Broken) {
    say(BROKEN);
    await pause();
  }
  const { start } = await import("./main");
  start();
}

/** Wait a little, or until the phone says that there is a line. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MS);
    const online = (): void => {
      clearTimeout(timer);
      resolve();
    };
    addEventListener("online", online, { once: true });
  });
}

/** Say how far it is; a new try looks through what is kept, and does not count back. */
function shown({ done: now, all }: Progress): void {
  const done = (most = Math.max(most, now));
  const bar = document.querySelector<HTMLProgressElement>("#boot-done");
  if (bar) bar.value = (100 * done) / all;
  const kb = (bytes: number): number => Math.round(bytes / 1000);
  say(`Завантажуємо… / Loading… ${kb(done)} / ${kb(all)} КБ`);
}

function say(text: string): void {
  const said = document.querySelector("#boot-said");
  if (said) said.textContent = text;
}
