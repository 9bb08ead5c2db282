/** An inconspicuous name and icon, for a phone that others may look at. */
import { ref, watchEffect } from "vue";
import { language, say } from "../language";
import { T } from "./texts";

const KEY = "neutral";

export const isNeutral = ref(globalThis.localStorage?.getItem(KEY) === "yes");

export function neutralName(): string {
  return say(isNeutral.value ? T.notes : T.forms);
}

export function setNeutral(on: boolean): void {
  isNeutral.value = on;
  if (on) localStorage.setItem(KEY, "yes");
  else localStorage.removeItem(KEY);
}

/** Keep title, icon and manifest as chosen. */
export function follow(): void {
  watchEffect(() => {
    document.documentElement.lang = language.value;
    document.title = neutralName();
    const folder = "/field/";
    point('link[rel="icon"]', folder + (isNeutral.value ? "icons/notes.svg" : "icons/icon.svg"));
    point('link[rel="manifest"]', folder + (isNeutral.value ? "notes.webmanifest" : "manifest.webmanifest"));
  });
}

function point(selector: string, address: string): void {
  const link = document.querySelector<HTMLLinkElement>(selector);
  if (link && link.getAttribute("href") !== address) link.href = address;
}
