/** How a refused camera is allowed: the way there differs by how the page is open. */
import type { Text } from "../language";
import { type Browser, isPassing } from "../shell/fit";
import { T } from "./texts";

export function allowing(browser: Browser): Text {
  const isApple = isPassing({ ...browser, isInstalled: false });
  if (browser.isInstalled) return isApple ? T.refusedIcon : T.refusedInstalled;
  return isApple ? T.refusedSafari : T.refused;
}
