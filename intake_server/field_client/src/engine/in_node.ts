/** What the engine asks of node before it starts, for tests; imported before it. */
import "./dom";
import { createRequire } from "node:module";

Object.assign(globalThis, {
  __dirname: import.meta.dirname,
  require: createRequire(import.meta.url),
});
