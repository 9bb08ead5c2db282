// @vitest-environment node
/** A newer version takes over once all is written that a screen, gone or not, still writes. */
import "fake-indexeddb/auto";
import { afterEach, expect, it, vi } from "vitest";

afterEach(() => vi.unstubAllGlobals());

it("a photo that is still made smaller is written before a newer version takes over", async () => {
  const said: string[] = [];
  const waiting = { postMessage: (what: string) => said.push(what) };
  const container = Object.assign(new EventTarget(), {
    controller: {},
    getRegistration: () => Promise.resolve(Object.assign(new EventTarget(), { waiting })),
  });
  vi.stubGlobal("navigator", { userAgent: "", serviceWorker: container });
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("setInterval", () => 0);
  const updates = await import("./updates");
  const { beforeLocking } = await import("./application");
  await updates.watch();
  let written = (): void => undefined;
  const stop = beforeLocking(() => new Promise<void>((done) => (written = done)));

  const taken = updates.take();
  await new Promise((resolve) => setTimeout(resolve));
  expect(said).toEqual([]);
  written();
  await taken;
  stop();

  expect(said).toEqual(["take over"]);
});
