import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { effectScope, nextTick, ref } from "vue";
import { afterPress, calm, watchPresses } from "./pressed";

const screen = new EventTarget();
watchPresses(screen);
const tell = (...names: string[]): void => names.forEach((name) => screen.dispatchEvent(new Event(name)));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

describe("what may move what is on the screen", () => {
  it("runs at once where nothing is pressed, a finger that passes over it or not", () => {
    const ran: number[] = [];
    afterPress(() => ran.push(1));
    tell("pointerup", "click");
    afterPress(() => ran.push(2));
    expect(ran).toEqual([1, 2]);
  });

  it.each([
    ["a tap", ["pointerup", "click"], 0],
    ["a finger that draws the page along", ["pointercancel"], 50],
    ["a finger that is up beside what it was put down on", ["pointerup"], 50],
    ["a press that never ends", [], 1_000],
  ])("waits for the end of %s, in order", (_, events, ms) => {
    const ran: number[] = [];
    tell("pointerdown");
    afterPress(() => ran.push(1));
    afterPress(() => ran.push(2));
    vi.advanceTimersByTime(400);
    tell(...events);
    if (ms > 400) vi.advanceTimersByTime(ms - 401);
    else if (ms > 0) vi.advanceTimersByTime(ms - 1);
    expect(ran).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ran).toEqual([1, 2]);
  });

  it("runs also where something before it throws, which is not hidden", () => {
    const ran: number[] = [];
    tell("pointerdown");
    afterPress(() => {
      throw new Error("broken");
    });
    afterPress(() => ran.push(2));
    tell("click");
    expect(() => vi.runAllTimers()).toThrow("broken");
    expect(ran).toEqual([2]);
  });

  it("waits for the later of two taps", () => {
    const ran: number[] = [];
    tell("pointerdown");
    afterPress(() => ran.push(1));
    tell("pointerup", "pointerdown");
    vi.advanceTimersByTime(60);
    expect(ran).toEqual([]);
    tell("pointerup", "click");
    vi.advanceTimersByTime(1);
    expect(ran).toEqual([1]);
  });
});

it("is shown as it was while something is pressed, and then as it is", async () => {
  const scope = effectScope();
  const said = ref("saving");
  const shown = scope.run(() => calm(() => said.value))!;
  tell("pointerdown");
  said.value = "no line";
  await nextTick();
  said.value = "saved";
  await nextTick();
  expect(shown.value).toBe("saving");
  tell("pointerup", "click");
  vi.advanceTimersByTime(1);
  expect(shown.value).toBe("saved");
  scope.stop();
});
