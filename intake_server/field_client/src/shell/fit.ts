/** Whether forms can be filled in here at all: another app's browser loses them. */

export type Unfit = "inside_app" | "not_secure" | "no_storage" | "no_keys" | "no_forms";

export interface Browser {
  readonly userAgent: string;
  readonly isInstalled: boolean;
  readonly isSecure: boolean;
  readonly hasStorage: boolean;
  readonly hasKeys: boolean;
}

const INSIDE = /FBAN|FBAV|Instagram|Line\/|Viber|WhatsApp|TelegramBot|Telegram-|MicroMessenger|; wv\)/;
const IPHONE = /iPhone|iPad|iPod/;

/** Return what is missing, the first thing that a person can do something about. */
export function unfit(browser: Browser): Unfit | undefined {
  const isIphoneView = IPHONE.test(browser.userAgent) && !/Safari\//.test(browser.userAgent);
  if (INSIDE.test(browser.userAgent) || (isIphoneView && !browser.isInstalled)) return "inside_app";
  if (!browser.isSecure) return "not_secure";
  if (!browser.hasStorage) return "no_storage";
  return browser.hasKeys ? undefined : "no_keys";
}

export function thisBrowser(): Browser {
  return {
    userAgent: navigator.userAgent,
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

/** Whether this is a page of Safari on an iPhone, which may lose what it keeps. */
export function isPassing(): boolean {
  return IPHONE.test(navigator.userAgent) && !isInstalled();
}
