/** The browser's own offer to install, kept until somebody asks for it. */
import { shallowRef } from "vue";

interface Asking extends globalThis.Event {
  prompt(): Promise<unknown>;
}

export const asking = shallowRef<Asking>();

globalThis.addEventListener?.("beforeinstallprompt", (event) => {
  event.preventDefault();
  asking.value = event as Asking;
});
