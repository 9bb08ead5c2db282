/** The page's side of keeping the application: starts the worker and waits for it. */
import { script } from "../trusted";
import type { Progress } from "./shell";

/** What became of it: all is kept, the line broke, or this browser keeps nothing. */
export enum Outcome {
  Kept,
  Broken,
  Impossible,
}

const PATIENCE_MS = 60_000;

/** Start the service worker; return when all is kept or it is clear that it will not be. */
export async function keepsShell(told: (progress: Progress) => void): Promise<Outcome> {
  if (!("serviceWorker" in navigator)) return Outcome.Impossible;
  if (navigator.serviceWorker.controller) return Outcome.Kept;
  try {
    const registration = await navigator.serviceWorker.register(script("/field/sw.js"));
    return registration.active ? Outcome.Kept : await installed(registration, told);
  } catch (error) {
    return error instanceof TypeError ? Outcome.Broken : Outcome.Impossible;
  }
}

function installed(
  registration: ServiceWorkerRegistration,
  told: (progress: Progress) => void,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let patience = setTimeout(() => end(Outcome.Broken), PATIENCE_MS);
    const listen = (event: MessageEvent): void => {
      const progress = (event.data as { keeping?: Progress }).keeping;
      if (!progress) return;
      clearTimeout(patience);
      patience = setTimeout(() => end(Outcome.Broken), PATIENCE_MS);
      told(progress);
    };
    const end = (outcome: Outcome): void => {
      clearTimeout(patience);
      navigator.serviceWorker.removeEventListener("message", listen);
      resolve(outcome);
    };
    navigator.serviceWorker.addEventListener("message", listen);
    navigator.serviceWorker.startMessages();
    const worker = registration.installing ?? registration.waiting;
    const look = (): void => {
      if (worker?.state === "activated") end(Outcome.Kept);
      if (worker?.state === "redundant") end(Outcome.Broken);
    };
    worker?.addEventListener("statechange", look);
    look();
  });
}
