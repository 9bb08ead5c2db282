/** Builds the page for tests; `--outDir` says where. */
import { join } from "node:path";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const HERE = import.meta.dirname;

export default defineConfig({
  root: HERE,
  base: "/field/",
  plugins: [vue()],
  publicDir: false,
  worker: { format: "es" },
  build: {
    emptyOutDir: true,
    target: ["chrome100", "safari15.4"],
    modulePreload: false,
    rollupOptions: { input: join(HERE, "index.html") },
  },
});
