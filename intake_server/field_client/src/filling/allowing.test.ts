import { expect, test } from "vitest";
import type { Browser } from "../shell/fit";
import { allowing } from "./allowing";
import { T } from "./texts";

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15";
const ANDROID: Browser = {
  userAgent: "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36",
  touches: 5,
  isInstalled: false,
  isSecure: true,
  hasStorage: true,
  hasKeys: true,
};

test.each<[string, Partial<Browser>, keyof typeof T]>([
  ["a tab of Chrome", {}, "refused"],
  ["an app on Android", { isInstalled: true }, "refusedInstalled"],
  ["a page of Safari", { userAgent: IPHONE }, "refusedSafari"],
  ["an iPad, which says that it is a Mac", { userAgent: MAC }, "refusedSafari"],
  ["an icon on an iPhone", { userAgent: IPHONE, isInstalled: true }, "refusedIcon"],
  ["a Mac at a desk", { userAgent: MAC, touches: 0 }, "refused"],
])("a camera is allowed in %s by its own way", (_where, browser, name) => {
  expect(allowing({ ...ANDROID, ...browser })).toBe(T[name]);
});
