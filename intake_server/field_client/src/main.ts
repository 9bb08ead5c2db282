/** Starts the application in the page. */
import { createApp } from "vue";
import App from "./App.vue";
import { code } from "./net/phone";
import { begin } from "./shell/application";
import "./shell/installing";
import { follow } from "./shell/neutral";
import "./shell/shell.css";
import { watch } from "./shell/updates";

export function start(): void {
  const scanned = location.hash.startsWith("#code=") ? code(location.hash) : undefined;
  if (location.hash.startsWith("#code=")) history.replaceState(null, "", location.pathname);
  follow();
  createApp(App, { scanned }).mount("#app");
  void begin();
  void watch();
}
