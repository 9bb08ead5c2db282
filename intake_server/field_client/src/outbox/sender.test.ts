// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Phone } from "../net/phone";
import { aNode, problem, type TestNode } from "../testing/node";
import { aPhone, aWorker, filled, finished } from "../testing/phones";
import type { Store } from "../vault/store";
import { type Sender, senderOf } from "./sender";

let node: TestNode;
let phone: Phone;
let sender: Sender | undefined;
const [awake, seen] = [new EventTarget(), new EventTarget()];

beforeEach(async () => {
  node = await aNode();
  phone = await aPhone(node);
  node.calls.length = 0;
});

afterEach(async () => {
  sender?.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  await node.end();
});

/** A phone so full that nothing can be noted on it, as long as `isFull` says so. */
function filling(of: Phone, isFull: () => boolean): Phone {
  const store = new Proxy(of.store, {
    get: (target, name) => {
      const found = Reflect.get(target, name) as unknown;
      if (name === "transaction" && isFull()) {
        return (...asked: Parameters<Store["transaction"]>) => {
          if (asked[1] === "readwrite") throw new DOMException("full", "QuotaExceededError");
          return target.transaction(...asked);
        };
      }
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
  return { ...of, store };
}

/** Let the phone be woken by what a browser tells. */
function wakes(): void {
  vi.stubGlobal("addEventListener", awake.addEventListener.bind(awake));
  vi.stubGlobal("removeEventListener", awake.removeEventListener.bind(awake));
  vi.stubGlobal("document", Object.assign(seen, { visibilityState: "visible" }));
}

it("tries again by itself after the phone was too full to note how far it is", async () => {
  const id = await finished(phone, await aWorker(phone.store), filled());
  let isFull = true;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  sender = senderOf(filling(phone, () => isFull), () => Promise.resolve());

  await sender.poke();
  expect(sender.said.line).toBe("busy");
  expect(vi.getTimerCount()).toBe(1);

  isFull = false;
  vi.advanceTimersToNextTimer();
  vi.useRealTimers();
  await vi.waitFor(() => expect(node.kept.has(id)).toBe(true), 10_000);
});

it("never stays at sending, so that somebody can ask for it again", async () => {
  const master = await aWorker(phone.store);
  const ids = [await finished(phone, master, filled()), await finished(phone, master, filled())];
  let isFull = false;
  sender = senderOf(filling(phone, () => isFull), () => Promise.resolve());
  node.fault = () => {
    isFull = true;
    return undefined;
  };
  await sender.poke();
  expect(sender.said.line).toBe("busy");
  isFull = false;
  node.fault = undefined;
  await sender.poke(true);
  expect(sender.said.line).toBe("up");
  expect([...node.kept.keys()].sort()).toEqual(ids.sort());
});

it("tries what was not received when it is asked to while it sends", async () => {
  const master = await aWorker(phone.store);
  const lost = await finished(phone, master, filled());
  const refused = problem(422, "invalid");
  node.fault = (request) => (request.url === "/api/v1/submissions" ? refused : undefined);
  sender = senderOf(phone, () => Promise.resolve());
  await sender.poke();
  node.fault = undefined;

  await finished(phone, master, filled());
  const first = sender.poke();
  await sender.poke(true);
  await first;
  expect(await phone.store.get("items", lost)).toMatchObject({ state: "received" });
});

it.each([
  ["online", false],
  ["visibilitychange", true],
])("tries once more after a failed try during which the phone was woken: %s", async (event, isSeen) => {
  wakes();
  const id = await finished(phone, await aWorker(phone.store), filled());
  node.fault = () => {
    node.fault = undefined;
    (isSeen ? seen : awake).dispatchEvent(new Event(event));
    return "hang up";
  };
  sender = senderOf(phone, () => Promise.resolve());

  await sender.poke();
  expect(node.kept.has(id)).toBe(true);
  expect(sender.said.line).toBe("up");
});

it("waits where the line stays broken, however often the phone is woken", async () => {
  wakes();
  await finished(phone, await aWorker(phone.store), filled());
  const wake = (): boolean => awake.dispatchEvent(new Event("online"));
  let tries = 0;
  node.fault = () => {
    tries += 1;
    if (tries === 1) for (const _ of [1, 2, 3]) wake();
    return "hang up";
  };
  sender = senderOf(phone, () => Promise.resolve());

  await sender.poke();
  expect(tries).toBe(2);
  expect(sender.said.line).toBe("offline");
});
