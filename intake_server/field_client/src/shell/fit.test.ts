// @vitest-environment node
import { expect, it } from "vitest";
import { type Browser, unfit } from "./fit";

const ANDROID = "Mozilla/5.0 (Linux; Android 12; SM-A125F{}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const GOOD: Browser = {
  userAgent: ANDROID.replace("{}", ""),
  isInstalled: false,
  isSecure: true,
  hasStorage: true,
  hasKeys: true,
};

it.each([
  ["Chrome", {}, undefined],
  ["Safari", { userAgent: `${IPHONE} Version/16.0 Mobile/15E148 Safari/604.1` }, undefined],
  ["an icon on an iPhone", { userAgent: `${IPHONE} Mobile/15E148`, isInstalled: true }, undefined],
  ["an app on an iPhone", { userAgent: `${IPHONE} Mobile/15E148` }, "inside_app"],
  ["an app on Android", { userAgent: ANDROID.replace("{}", "; wv") }, "inside_app"],
  ["Facebook", { userAgent: `${GOOD.userAgent} [FB_IAB/FB4A;FBAV/440.0;]` }, "inside_app"],
  ["plain http", { isSecure: false, hasKeys: false }, "not_secure"],
  ["a private window", { hasStorage: false }, "no_storage"],
  ["an old browser", { hasKeys: false }, "no_keys"],
] as const)("%s is told what is missing", (_name, more, expected) => {
  expect(unfit({ ...GOOD, ...more })).toBe(expected);
});
