// @vitest-environment node
/** A clock that jumps neither hands over what was just written nor makes a minute an hour. */
import { beforeEach, describe, expect, it } from "vitest";
import { aNode } from "../testing/node";
import { aPhone, aWorker, filled, META, START, VERSION } from "../testing/phones";
import { clockSet, type Phone } from "../net/phone";
import { Clock } from "./clock";
import * as drafts from "./drafts";
import * as families from "./families";
import { DRAFT_LIFE_MS, handOverOld, settle } from "./handing";
import { deviceOf } from "./store";
import type { Master } from "./workers";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEARS = 3 * 365 * 24 * HOUR;

const times = { wall: 0, steady: 0 };
let clock: Clock;
let phone: Phone;
let master: Master;

beforeEach(async () => {
  Object.assign(times, { wall: START, steady: 500 });
  clock = new Clock({ wall: () => times.wall, steady: () => times.steady });
  const node = await aNode();
  phone = await aPhone(node, { ms: START });
  await node.end();
  master = await aWorker(phone.store);
});

function pass(ms: number): void {
  times.wall += ms;
  times.steady += ms;
  clock.look();
}

function jump(ms: number): number {
  times.wall += ms;
  return clock.look();
}

async function written(finishing?: number): Promise<string> {
  const form = filled();
  const draft = await drafts.begun(master, form.instanceId, META);
  const saving = { now: times.wall, finalized: times.wall, ...(finishing === undefined ? {} : { finishing }) };
  await drafts.save(phone.store, (await deviceOf(phone.store))!, draft, form, saving);
  return form.instanceId;
}

const handedOver = (open?: string): Promise<number> =>
  handOverOld(phone.store, times.wall, open, (changed) => clock.since(changed));

describe("a clock that was years behind and heals", () => {
  it("hands over a draft 72 hours after that, and no sooner", async () => {
    pass(MINUTE);
    await written();
    pass(MINUTE);
    jump(YEARS);
    expect(await handedOver()).toBe(0);
    pass(DRAFT_LIFE_MS - 1);
    expect(await handedOver()).toBe(0);
    pass(1);
    expect(await handedOver()).toBe(1);
  });

  it("still hands over what was old before the application began", async () => {
    times.wall = START - 1;
    await written();
    times.wall = START;
    jump(YEARS);
    expect(await handedOver()).toBe(1);
  });

  it("keeps what the next child of a family shares", async () => {
    await families.keep(phone.store, master, { version: VERSION, first: "uuid:1", answers: {}, place: 1 }, times.wall);
    pass(MINUTE);
    jump(YEARS);
    await families.closeOld(phone.store, times.wall, (changed) => clock.since(changed));
    expect(await phone.store.count("families")).toBe(1);
  });

  it("counts from the last moment where that happens twice", async () => {
    await written();
    pass(MINUTE);
    jump(YEARS);
    pass(MINUTE);
    await written();
    pass(MINUTE);
    jump(YEARS);
    expect(await handedOver()).toBe(0);
    pass(DRAFT_LIFE_MS);
    expect(await handedOver()).toBe(2);
  });
});

describe("a phone that slept", () => {
  it("hands over what is older than 72 hours", async () => {
    await written();
    for (let night = 0; night < 6; night += 1) {
      pass(MINUTE);
      jump(12 * HOUR);
    }
    expect(await handedOver()).toBe(1);
  });
});

describe("a clock that is set back", () => {
  it("makes the minute after the end no longer than a minute", async () => {
    const id = await written(times.wall + drafts.GRACE_MS);
    jump(-HOUR);
    expect(await settle(phone.store, times.wall)).toBe(0);
    expect((await phone.store.get("drafts", id))!.finishing).toBe(times.wall + drafts.GRACE_MS);
    pass(30_000);
    expect(await settle(phone.store, times.wall)).toBe(0);
    pass(30_000);
    expect(await settle(phone.store, times.wall)).toBe(1);
  });
});

describe("a phone whose clock is set right by hand", () => {
  it.each([-3 * HOUR, 3 * HOUR])("forgets by how much it was wrong: %d ms", async (wrong) => {
    phone.offset = wrong;
    await clockSet(phone, wrong + 20_000);
    expect(phone.offset).toBe(-20_000);
    expect(await phone.store.get("device", "offset")).toBe(-20_000);
  });

  it.each([
    ["slept for a night", 3 * HOUR, 9 * HOUR],
    ["was set to another wrong time", 3 * HOUR, -HOUR],
    ["ticks on", 3 * HOUR, 15],
    ["was right and still is", 800, 900],
  ])("remembers it where it %s", async (_what, wrong, jumped) => {
    phone.offset = wrong;
    await clockSet(phone, jumped);
    expect(phone.offset).toBe(wrong);
  });
});
