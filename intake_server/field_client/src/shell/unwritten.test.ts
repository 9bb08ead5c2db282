// @vitest-environment node
import { expect, it } from "vitest";
import { EngineGone } from "../engine/remote";
import { GoneError } from "../vault/drafts";
import { UnopenedError } from "../vault/cipher";
import { unwritten } from "./unwritten";

it.each([
  ["a phone that is full", new DOMException("", "QuotaExceededError"), "full"],
  ["a draft that was handed over meanwhile", new GoneError(""), "goneMeanwhile"],
  ["an engine that has stopped", new EngineGone(""), "engineStopped"],
  ["a key that does not open", new UnopenedError(""), "notWritten"],
  ["a transaction that was broken off", new DOMException("", "AbortError"), "notWritten"],
  ["nothing at all", undefined, "notWritten"],
])("%s is said by its own words", (_what, error, said) => {
  expect(unwritten(error)).toBe(said);
});
