/** A newer version of the application: offered, and taken only when somebody says so. */
import { ref } from "vue";
import { WRITTEN_MS, written } from "./application";

/** Whether a newer version waits, all of it on the phone. */
export const isWaiting = ref(false);
/** The version that runs, as its files are kept under; empty where none are kept. */
export const version = ref("");

const PREFIX = "shell-";
const LATER_MS = 60 * 60_000;
let registration: ServiceWorkerRegistration | undefined;

export async function watch(): Promise<void> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  registration = await container?.getRegistration("/field/");
  version.value = (await globalThis.caches?.keys())?.find((name) => name.startsWith(PREFIX))?.slice(PREFIX.length) ?? "";
  if (!registration) return;
  look();
  registration.addEventListener("updatefound", () => {
    registration?.installing?.addEventListener("statechange", look);
  });
  setInterval(() => void registration?.update().catch(() => {}), LATER_MS);
}

function look(): void {
  isWaiting.value = Boolean(registration?.waiting && navigator.serviceWorker.controller);
}

/** Let the newer version take over, once all is written; the page begins anew with it. */
export async function take(): Promise<void> {
  await written(WRITTEN_MS);
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration?.waiting?.postMessage("take over");
}
