/** Starts the application in the page. */
import { createApp } from "vue";
import App from "./App.vue";
import { language } from "./language";

export function start(): void {
  document.documentElement.lang = language.value;
  createApp(App).mount("#app");
}
