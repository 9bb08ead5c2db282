/**
 * Sends while the application is open: one sender over all its pages, and patient.
 *
 * It tries when the line comes back, when the page is looked at, when something new waits,
 * and else ever more rarely.
 */
import { reactive } from "vue";
import { backoff } from "../net/backoff";
import type { Phone } from "../net/phone";
import { forgetOld } from "./items";
import { type Outcome, recover, dueIn, round, sendingOf, tryAgain } from "./sending";

const LOCK = "forms-sending";
const CALM_MS = 10 * 60_000;
/** A full phone cannot note how far it is; that is tried again like a line that breaks. */
const HELD_UP = { kind: "no_line", why: "busy" } as const;

export type LineState = "unknown" | "sending" | "up" | "offline" | "portal" | "busy" | "not_known";

/** What the screens say of the line. */
export interface Said {
  line: LineState;
  /** Rises whenever something may have changed. */
  turn: number;
}

export interface Sender {
  readonly said: Said;
  /** Try now; what somebody asks for tries also what was not received. */
  poke(isAsked?: boolean): Promise<void>;
  stop(): void;
}

export function senderOf(phone: Phone, wipe: (order: string) => Promise<void>): Sender {
  const said = reactive<Said>({ line: "unknown", turn: 0 });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;
  let failures = 0;
  /** Whether somebody has asked for what is not under way yet. */
  let isWanted = false;
  /** Whether the line or the person came back since the try under way began. */
  let isWoken = false;
  let isStopped = false;

  const later = (ms: number): void => {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(() => void poke(), ms);
  };
  const ended = (outcome: Outcome): void => {
    said.turn += 1;
    if (outcome.kind === "no_line") {
      failures += 1;
      said.line = outcome.why;
      later(Math.max(outcome.waitMs ?? 0, backoff(failures, Math.random())));
      return;
    }
    failures = 0;
    said.line = outcome.kind === "not_known" ? "not_known" : "up";
    const waitMs = outcome.kind === "empty" ? outcome.waitMs : undefined;
    later(Math.min(CALM_MS, waitMs ?? CALM_MS));
  };
  const run = async (isAsked: boolean): Promise<void> => {
    clearTimeout(timer);
    const outcome = await alone(() => rounds(phone, isAsked, said)).catch(() => HELD_UP);
    if (outcome?.kind === "wipe") await wipe(outcome.order);
    else if (outcome) ended(outcome);
    else later(backoff(1, Math.random()));
  };
  const asked = async (): Promise<void> => {
    do {
      const isNow = isWanted;
      isWanted = isWoken = false;
      await run(isNow);
    } while ((isWanted || (isWoken && failures > 0)) && !isStopped);
  };
  const poke = (isAsked = false): Promise<void> => {
    isWanted ||= isAsked;
    running ??= asked().finally(() => {
      running = undefined;
    });
    return running;
  };
  const woken = (): void => {
    if (document.visibilityState !== "visible") return;
    isWoken = true;
    void poke();
  };
  globalThis.addEventListener?.("online", woken);
  globalThis.document?.addEventListener("visibilitychange", woken);
  return {
    said,
    poke,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", woken);
      globalThis.document?.removeEventListener("visibilitychange", woken);
    },
  };
}

function waits(waitMs: number | undefined): { waitMs?: number } {
  return waitMs === undefined ? {} : { waitMs };
}

/** Send all that waits, until nothing does or the line breaks. */
export async function rounds(phone: Phone, isAsked: boolean, said?: Said): Promise<Outcome> {
  const sending = await sendingOf(phone);
  if (!sending) return { kind: "empty" };
  await recover(phone);
  await tryAgain(phone, isAsked);
  await forgetOld(phone.store, phone.now());
  for (;;) {
    const outcome = await round(sending);
    if (said) said.turn += 1;
    if (outcome.kind === "empty") return { ...outcome, ...waits(await dueIn(phone)) };
    if (outcome.kind !== "more") return outcome;
    if (said) said.line = "sending";
  }
}

/** Run by itself over all pages; undefined where another page is at it. */
async function alone(work: () => Promise<Outcome>): Promise<Outcome | undefined> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return work();
  return locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}
