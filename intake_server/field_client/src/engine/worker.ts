/**
 * Opens forms beside the page: each over a channel of its own. The engine comes later than
 * the first message may, which would be lost without somebody to hear it.
 */
import "./dom";

const host = import("./host");
host.catch((error: unknown) => setTimeout(() => fail(error)));

addEventListener("message", async ({ ports: [port] }: MessageEvent) => {
  const { serve } = await host;
  if (port) serve(port);
});

/** The page hears what is thrown, and not what a promise says. */
function fail(error: unknown): never {
  throw error;
}
