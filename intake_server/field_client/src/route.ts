/** Which screen is open: the fragment of the address, so nothing of it reaches a server. */
import { ref } from "vue";

/** A screen and what it is about: `#/fill/9f…` is `["fill", "9f…"]`. */
export const route = ref<readonly string[]>(read());

globalThis.addEventListener?.("hashchange", () => {
  route.value = read();
});

/** Open a screen; going back returns to the one before. */
export function go(...parts: readonly string[]): void {
  location.hash = `/${parts.map(encodeURIComponent).join("/")}`;
}

/** Open a screen in place of the one that is open. */
export function replace(...parts: readonly string[]): void {
  history.replaceState(null, "", `#/${parts.map(encodeURIComponent).join("/")}`);
  route.value = read();
}

function read(): readonly string[] {
  const hash = globalThis.location?.hash ?? "";
  return hash.replace(/^#\//, "").split("/").filter(Boolean).map(decodeURIComponent);
}
