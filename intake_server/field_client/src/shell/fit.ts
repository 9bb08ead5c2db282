/** Whether forms can be filled in here at all: another app's browser loses them. */

export type Unfit = "inside_app" | "not_secure" | "no_storage" | "no_keys" | "no_forms" | "no_answer";

export interface Browser {
  readonly userAgent: string;
  /** How many fingers it feels at once. */
  readonly touches: number;
  readonly isInstalled: boolean;
  readonly isSecure: boolean;
  readonly hasStorage: boolean;
  readonly hasKeys: boolean;
}

const INSIDE = /FBAN|FBAV|Instagram|Line\/|Viber|WhatsApp|TelegramBot|Telegram-|MicroMessenger|; wv\)/;
const IPHONE = /iPhone|iPad|iPod/;
/** An iPad says that it is one of these, which nobody can touch. */
const MAC = /Macintosh/;

/** Return what is missing, the first thing that a person can do something about. */
export function unfit(browser: Browser): Unfit | undefined {
  const isAppleView = isHandheldOfApple(browser) && !/Safari\//.test(browser.userAgent);
  if (INSIDE.test(browser.userAgent) || (isAppleView && !browser.isInstalled)) return "inside_app";
  if (!browser.isSecure) return "not_secure";
  if (!browser.hasStorage) return "no_storage";
  return browser.hasKeys ? undefined : "no_keys";
}

export function thisBrowser(): Browser {
  return {
    userAgent: navigator.userAgent,
    touches: navigator.maxTouchPoints,
    isInstalled: isInstalled(),
    isSecure: globalThis.isSecureContext,
    hasStorage: "indexedDB" in globalThis && Boolean(globalThis.indexedDB),
    hasKeys: Boolean(globalThis.crypto?.subtle),
  };
}

export function isInstalled(): boolean {
  const isApple = (navigator as { standalone?: boolean }).standalone === true;
  return isApple || matchMedia("(display-mode: standalone)").matches;
}

/** Whether this is a page of Safari on an iPhone or iPad, which may lose what it keeps. */
export function isPassing(browser: Browser): boolean {
  return isHandheldOfApple(browser) && !browser.isInstalled;
}

function isHandheldOfApple({ userAgent, touches }: Browser): boolean {
  return IPHONE.test(userAgent) || (MAC.test(userAgent) && touches > 1);
}
