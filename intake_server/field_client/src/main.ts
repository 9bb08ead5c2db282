/** Starts what belongs to the address: a phone's forms, or a form at a desk. */
import { createApp, defineAsyncComponent } from "vue";
import App from "./App.vue";
import { keepFocus } from "./focus";
import { language } from "./language";
import { code } from "./net/phone";
import { begin } from "./shell/application";
import "./shell/installing";
import { watchPresses } from "./pressed";
import { follow } from "./shell/neutral";
import "./shell/shell.css";
import { watch } from "./shell/updates";

const AT_A_DESK = "/field/desk/";

export function start(): void {
  document.documentElement.lang = language.value;
  keepFocus(document.querySelector("#app")!);
  watchPresses(document);
  if (location.pathname.startsWith(AT_A_DESK)) {
    createApp(defineAsyncComponent(() => import("./desk/DeskApp.vue"))).mount("#app");
    return;
  }
  const scanned = location.hash.startsWith("#code=") ? code(location.hash) : undefined;
  if (location.hash.startsWith("#code=")) history.replaceState(null, "", location.pathname);
  follow();
  createApp(App, { scanned }).mount("#app");
  void begin();
  void watch();
}
