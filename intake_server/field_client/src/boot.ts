/**
 * The first thing that runs: keeps the application on the phone, saying how far it is,
 * then starts it. Where nothing can be kept it starts all the same, and the application
 * says what is missing.
 */
import "./style.css";
import type { Progress } from "./worker/shell";

const PATIENCE_MS = 4_000;

void boot();

async function boot(): Promise<void> {
  const worker = await workerOf();
  if (worker && !navigator.serviceWorker.controller) await kept(worker);
  const { start } = await import("./main");
  start();
}

async function workerOf(): Promise<ServiceWorkerRegistration | undefined> {
  try {
    return await navigator.serviceWorker.register(address("/field/sw.js"), { type: "module" });
  } catch {
    return undefined;
  }
}

/** An address that the policy of the page lets become a worker. */
function address(path: string): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (!types) return path;
  const policy = types.createPolicy("dodomu", { createScriptURL: (url) => url });
  return policy.createScriptURL(path);
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL: (url: string) => string };
}

/** Wait until all is kept; a line that says nothing for a while is not waited for. */
function kept(registration: ServiceWorkerRegistration): Promise<void> {
  return new Promise((resolve) => {
    let patience = setTimeout(resolve, PATIENCE_MS);
    const more = (): void => {
      clearTimeout(patience);
      patience = setTimeout(resolve, PATIENCE_MS);
    };
    const done = (): void => {
      clearTimeout(patience);
      resolve();
    };
    navigator.serviceWorker.addEventListener("message", (event: MessageEvent) => {
      const progress = (event.data as { keeping?: Progress }).keeping;
      if (!progress) return;
      more();
      shown(progress);
    });
    navigator.serviceWorker.addEventListener("controllerchange", done);
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    worker?.addEventListener("statechange", () => {
      if (worker.state === "activated" || worker.state === "redundant") done();
    });
    if (registration.active) done();
  });
}

function shown({ done, all }: Progress): void {
  const bar = document.querySelector<HTMLProgressElement>("#boot-done");
  const said = document.querySelector("#boot-said");
  const kb = (bytes: number): number => Math.round(bytes / 1000);
  if (bar) bar.value = (100 * done) / all;
  if (said) said.textContent = `${kb(done)} / ${kb(all)} КБ`;
}
