// @vitest-environment node
import { expect, it } from "vitest";
import { type Browser, isPassing, unfit } from "./fit";

const ANDROID = "Mozilla/5.0 (Linux; Android 12; SM-A125F{}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const SAFARI = "Version/16.0 Mobile/15E148 Safari/604.1";
const GOOD: Browser = {
  userAgent: ANDROID.replace("{}", ""),
  touches: 5,
  isInstalled: false,
  isSecure: true,
  hasStorage: true,
  hasKeys: true,
};

it.each([
  ["Chrome", {}, undefined],
  ["Safari", { userAgent: `${IPHONE} ${SAFARI}` }, undefined],
  ["an icon on an iPhone", { userAgent: `${IPHONE} Mobile/15E148`, isInstalled: true }, undefined],
  ["an app on an iPhone", { userAgent: `${IPHONE} Mobile/15E148` }, "inside_app"],
  ["an app on an iPad", { userAgent: MAC }, "inside_app"],
  ["an app on Android", { userAgent: ANDROID.replace("{}", "; wv") }, "inside_app"],
  ["Facebook", { userAgent: `${GOOD.userAgent} [FB_IAB/FB4A;FBAV/440.0;]` }, "inside_app"],
  ["plain http", { isSecure: false, hasKeys: false }, "not_secure"],
  ["a private window", { hasStorage: false }, "no_storage"],
  ["an old browser", { hasKeys: false }, "no_keys"],
] as const)("%s is told what is missing", (_name, more, expected) => {
  expect(unfit({ ...GOOD, ...more })).toBe(expected);
});

it.each([
  ["an iPhone", { userAgent: `${IPHONE} ${SAFARI}` }, true],
  ["an iPad", { userAgent: `${MAC} ${SAFARI}` }, true],
  ["an icon on an iPad", { userAgent: MAC, isInstalled: true }, false],
  ["a Mac", { userAgent: `${MAC} ${SAFARI}`, touches: 0 }, false],
  ["Chrome", {}, false],
] as const)("%s is asked for an icon where a page would lose what it keeps", (_name, more, expected) => {
  expect(isPassing({ ...GOOD, ...more })).toBe(expected);
});
