/** The worker of long lists, for tests: it reads and searches as it does, and waits to answer. */
import { vi } from "vitest";
import type { Answer, Call } from "../filling/places/worker";

type Listener = (event: MessageEvent<Call>) => void;

const answers: (() => void)[] = [];
let hear: Listener | undefined;
let tell: (answer: Answer) => void = () => undefined;

/** Have lists searched by a worker that answers when `answer` says so. */
export async function withPlaces(): Promise<void> {
  vi.stubGlobal("addEventListener", (_: string, listener: Listener) => (hear = listener));
  await import("../filling/places/worker");
  vi.unstubAllGlobals();
  answers.length = 0;
  vi.stubGlobal("Worker", Lists);
  vi.stubGlobal("postMessage", (answer: Answer) => {
    if (answer.places.length === 0) tell(answer);
    else answers.push(() => tell(answer));
  });
}

/** Wait for so many searches that found something, and hand on what they found. */
export async function answer(count = 1): Promise<void> {
  await vi.waitFor(() => {
    if (answers.length < count) throw new Error("nothing is found yet");
  }, 10_000);
  for (const one of answers.splice(0, count)) one();
}

class Lists {
  addEventListener(_: string, listener: (event: MessageEvent<Answer>) => void): void {
    tell = (data) => listener({ data } as MessageEvent<Answer>);
  }
  postMessage(data: Call): void {
    hear?.({ data } as MessageEvent<Call>);
  }
}
