/**
 * The service worker: hands out the application where there is no line, and nothing else.
 *
 * No answer of the API is kept here. A new version is fetched beside the old one, serves
 * only its own files, and takes over when no page of the old one is open or when somebody
 * says so; drafts and finished forms lie elsewhere, and no version touches them here.
 */
import { keep, type Progress, type ShellFile } from "./shell";

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: what belongs to this version, and its name. */
declare const __FILES__: readonly ShellFile[];
declare const __VERSION__: string;

const PREFIX = "shell-";
const BASE = "/field/";
const OWN = PREFIX + __VERSION__;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isOurs = url.origin === self.location.origin && url.pathname.startsWith(BASE);
  if (isOurs && event.request.method === "GET") event.respondWith(answer(event.request, url));
});
self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});

async function install(): Promise<void> {
  const own = await caches.open(OWN);
  await borrow(own);
  await keep(__FILES__, own, tell);
}

/** Take from other versions what is the same, so that an update costs little. */
async function borrow(own: Cache): Promise<void> {
  for (const { name } of __FILES__) {
    if (!/-[\w-]{8}\.\w+$/.test(name) || (await own.match(BASE + name))) continue;
    const known = await caches.match(BASE + name);
    if (known) await own.put(BASE + name, known);
  }
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== OWN) await caches.delete(name);
  }
  await self.clients.claim();
}

async function answer(request: Request, url: URL): Promise<Response> {
  const path = request.mode === "navigate" ? `${BASE}index.html` : url.pathname;
  const known = await (await caches.open(OWN)).match(path);
  return known ?? fetch(request);
}

async function tell(progress: Progress): Promise<void> {
  const pages = await self.clients.matchAll({ includeUncontrolled: true, type: "window" });
  for (const page of pages) page.postMessage({ keeping: progress });
}
