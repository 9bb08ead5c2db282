/** Whether forms open in this browser: their expressions are read by WebAssembly in a worker. */
import { script } from "../trusted";
import address from "./trial?worker&url";

const PATIENCE_MS = 5_000;

/** False where it is sure: what cannot be tried, for want of a line, is left to the first form. */
export function opensForms(): Promise<boolean> {
  return new Promise((resolve) => {
    const trial = new Worker(script(address), { type: "module" });
    const end = (runs: boolean): void => {
      clearTimeout(patience);
      trial.terminate();
      resolve(runs);
    };
    const patience = setTimeout(() => end(true), PATIENCE_MS);
    trial.addEventListener("message", ({ data }: MessageEvent<boolean>) => end(data));
    trial.addEventListener("error", () => end(true));
  });
}
