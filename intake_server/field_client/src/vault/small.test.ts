// @vitest-environment node
import { describe, expect, it } from "vitest";
import { canonical, fromBase64, toBase64, utf8 } from "./bytes";
import { CHUNK_BYTES, hidden, keyOf, newSecret, openedFile, sealedFile, shown, UnopenedError } from "./cipher";
import { HOLD_MS, IDLE_MS, isDue } from "./idle";
import { isLongEnough, LEAST, offered } from "./passphrase";
import { roomOf } from "./room";
import { moment } from "./sealing";
import { WORDS } from "./words";

describe("ciphertext", () => {
  it("opens only with its key and where it belongs", async () => {
    const key = await keyOf(newSecret());
    const kept = await hidden(key, utf8("слово"), "draft 1");
    expect(await shown(key, kept, "draft 1")).toEqual(utf8("слово"));
    await expect(shown(key, kept, "draft 2")).rejects.toThrow(UnopenedError);
    await expect(shown(await keyOf(newSecret()), kept, "draft 1")).rejects.toThrow(UnopenedError);
  });

  it.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])(
    "a file of %i bytes is one row of chunks",
    async (size) => {
      const secret = newSecret();
      const plain = Uint8Array.from({ length: size }, (_, at) => at % 251);
      const sealed = await sealedFile(secret, plain);
      const chunks = Math.max(1, Math.ceil(size / CHUNK_BYTES));
      expect(sealed.length).toBe(size + 16 * chunks);
      expect(await openedFile(secret, sealed)).toEqual(plain);
    },
  );

  it("notices a chunk that is missing or in another place", async () => {
    const secret = newSecret();
    const sealed = await sealedFile(secret, new Uint8Array(2 * CHUNK_BYTES));
    const half = CHUNK_BYTES + 16;
    await expect(openedFile(secret, sealed.slice(0, half))).rejects.toThrow(UnopenedError);
    const swapped = new Uint8Array([...sealed.slice(half), ...sealed.slice(0, half)]);
    await expect(openedFile(secret, swapped)).rejects.toThrow(UnopenedError);
  });
});

describe("writing down", () => {
  it("is the same back again", () => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  });

  it("sorts keys, at every depth", () => {
    expect(canonical({ b: [{ d: 1, c: "ї" }], a: null })).toBe('{"a":null,"b":[{"c":"ї","d":1}]}');
  });

  it("says a moment with the offset of the place", () => {
    const ms = Date.parse("2026-11-28T10:00:00.123Z");
    expect(moment(ms)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.123[+-]\d\d:\d\d$/);
    expect(Date.parse(moment(ms))).toBe(ms);
  });
});

describe("words", () => {
  it("are enough, all different, and easy to type", () => {
    expect(WORDS.length).toBeGreaterThanOrEqual(1024);
    expect(new Set(WORDS).size).toBe(WORDS.length);
    for (const word of WORDS) expect(word).toMatch(/^[абвгґдеєжзиіїйклмнопрстуфхцчшщьюя]{3,9}$/);
  });

  it("make a passphrase of four that is long enough", () => {
    const one = offered(WORDS);
    expect(one.split(" ")).toHaveLength(4);
    expect(isLongEnough(one)).toBe(true);
    expect(isLongEnough("x".repeat(LEAST - 1))).toBe(false);
  });
});

it.each([
  [IDLE_MS - 1, false, false],
  [IDLE_MS, false, true],
  [IDLE_MS, true, false],
  [HOLD_MS - 1, true, false],
  [HOLD_MS, true, true],
])("%i ms after the last touch, answering %s: locks %s", (ms, isAnswering, locks) => {
  expect(isDue(ms, 0, isAnswering)).toBe(locks);
});

it.each([
  [10_000_000, 1_000_000_000, false],
  [960_000_000, 1_000_000_000, true],
  [170_000_000, 200_000_000, true],
])("%i of %i bytes used: scarce %s", (used, quota, isScarce) => {
  expect(roomOf(used, quota, true).isScarce).toBe(isScarce);
});
