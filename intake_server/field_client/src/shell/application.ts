/**
 * What the application is at this moment: let in or not, locked or not, and by whom.
 *
 * The master key lives here while somebody is at work, and nowhere once it is locked; nor
 * is any form in memory then. Work that must be written down first is waited for.
 */
import { computed, nextTick, reactive, shallowRef } from "vue";
import { forget } from "../engine/remote";
import { opensForms } from "../engine/tried";
import { current, type FormsProgress, syncForms } from "../net/forms";
import { clockSet, type Known, type Phone, phoneOf, refreshed } from "../net/phone";
import { leave, type Left, orderKept } from "../outbox/leaving";
import { type Sender, senderOf } from "../outbox/sender";
import { Clock } from "../vault/clock";
import { dropOld } from "../vault/corrections";
import { closeOld } from "../vault/families";
import { handOverKeyless, handOverOld, settle } from "../vault/handing";
import { isDue } from "../vault/idle";
import { askToLast, type Room, room } from "../vault/room";
import * as shifts from "../vault/shifts";
import { type Device, deviceOf, openStore, type Store, type StoredForm } from "../vault/store";
import { unreadable } from "../vault/wiping";
import type { Master } from "../vault/workers";
import { thisBrowser, unfit, type Unfit } from "./fit";
import { places } from "./places";

export type Phase = "starting" | "unfit" | "elsewhere" | "leaving" | "gone" | "outside" | "locked" | "open";

/** The form that the children of a family share. */
export const FAMILIES = "reception";

interface Shown {
  phase: Phase;
  unfit: Unfit | undefined;
  known: Exclude<Known, { wipe: string }> | "unknown";
  progress: FormsProgress | undefined;
  isFetching: boolean;
  /** What keeps something sealed on a phone that follows an order to wipe. */
  left: Exclude<Left, "gone"> | undefined;
  room: Room | undefined;
  /** What goes on without its own worker: a draft on the screen. */
  openDraft: string | undefined;
  /** Who was at work before it locked. */
  lastWorker: string | undefined;
  /** How often everything was taken away: then the lock screen begins anew. */
  panics: number;
  /** Whether nothing can be read here since, and nobody has begun anew. */
  isErased: boolean;
}

export const shown = reactive<Shown>({
  phase: "starting",
  unfit: undefined,
  known: "unknown",
  progress: undefined,
  isFetching: false,
  left: undefined,
  room: undefined,
  openDraft: undefined,
  lastWorker: undefined,
  panics: 0,
  isErased: false,
});
export const device = shallowRef<Device>();
export const forms = shallowRef<readonly StoredForm[]>([]);
export const master = shallowRef<Master>();
export const isPractice = computed(() => device.value?.practice ?? false);
/** The version in which the next child of a family would be filled in. */
export const familyVersion = computed(() => forms.value.find(({ formId }) => formId === FAMILIES)?.version);

const TICK_MS = 1_000;
const SLOW_TICKS = 60;
/** How long a lock, or a newer version, waits for what is being written. */
export const WRITTEN_MS = 10_000;
const AGAIN_MS = { no_line: 30_000, refused: 10 * 60_000 } as const;
const FRESH_MS = 60 * 60_000;
const LOCK = "forms-open";
const WORKER = "worker";

let store_: Store | undefined;
let phone_: Phone | undefined;
let sender_: Sender | undefined;
let touched = Date.now();
let contacted = 0;
let locking: Promise<void> | undefined;
let following: Promise<void> | undefined;
let isListening = false;
const clock = new Clock({ wall: now, steady: () => performance.now() });
const unfinished = new Set<() => Promise<unknown>>();

export function store(): Store {
  if (!store_) throw new Error("nothing is open");
  return store_;
}

export function phone(): Phone {
  if (!phone_) throw new Error("nothing is open");
  return phone_;
}

export function sender(): Sender {
  if (!sender_) throw new Error("nothing is open");
  return sender_;
}

/** This phone's clock, and the server's as far as it is known. */
export function now(): number {
  return Date.now();
}

export function serverNow(): number {
  return Date.now() + (phone_?.offset ?? 0);
}

/** Open what lies on the phone and go on where it was left; what cannot be read says so. */
export async function begin(): Promise<void> {
  try {
    await began();
  } catch {
    shown.unfit = "no_answer";
    become("unfit");
  }
}

async function began(): Promise<void> {
  shown.unfit = unfit(thisBrowser());
  if (shown.unfit) return become("unfit");
  if (!(await isAlone())) return become("elsewhere");
  try {
    store_ = await openStore();
  } catch {
    shown.unfit = "no_storage";
    return become("unfit");
  }
  phone_ = await phoneOf(store_, { fetch: (...all) => fetch(...all), now });
  sender_ = senderOf(phone_, followOrder);
  device.value = await deviceOf(store_);
  if (!device.value && !(await opensForms())) {
    shown.unfit = "no_forms";
    return become("unfit");
  }
  const order = await orderKept(phone_);
  if (order) return void followOrder(order);
  await settled(store_);
  forms.value = await current(store_);
  shown.lastWorker = localStorage.getItem(WORKER) ?? undefined;
  listen();
  become(device.value ? "locked" : "outside");
  void mended();
  if (device.value) void contact();
}

/** Seal what was finished or is too old; what cannot be moved now waits for the next time. */
async function settled(store: Store): Promise<void> {
  await settle(store, Infinity).catch(() => undefined);
  await handOverOld(store, now(), undefined, (changed) => clock.since(changed)).catch(() => undefined);
}

/** Hand over what nobody can open: a phone may have been switched off in the middle of that. */
async function mended(): Promise<void> {
  const handed = await handOverKeyless(store()).catch(() => undefined);
  if (handed?.moved) await sender().poke();
}

/** Take this page's place where another one has it. */
export async function takeOver(): Promise<void> {
  await hold({ steal: true });
  become("starting");
  await begin();
}

/** Ask for a code where the node has forgotten this phone; what is on it stays. */
export async function askForCode(): Promise<void> {
  await lock();
  become("outside");
}

/** Leave a phone as it is that was let in before. */
export function stayIn(): void {
  become("locked");
}

/** After the phone was let in. */
export async function letIn(): Promise<void> {
  device.value = await deviceOf(store());
  become("locked");
  void askToLast();
  void contact(true);
}

/** Open for somebody, unless everything went meanwhile, or the page's place. */
export async function unlocked(by: Master): Promise<void> {
  const { panics } = shown;
  await locking;
  if (shown.phase !== "locked" || shown.panics !== panics) return;
  master.value = by;
  touched = now();
  if (by.worker !== shown.lastWorker) location.hash = "/";
  shown.lastWorker = by.worker;
  shown.isErased = false;
  localStorage.setItem(WORKER, by.worker);
  become("open");
  void contact();
}

/** Lock; the key goes once what was on the screen is written down. */
export function lock(): Promise<void> {
  locking ??= locked().finally(() => (locking = undefined));
  return locking;
}

async function locked(): Promise<void> {
  if (shown.phase !== "open") return;
  become("locked");
  await putAway();
}

/** Take the key and the forms from memory, once all is written or nothing more can be. */
async function putAway(): Promise<void> {
  await nextTick();
  await written(WRITTEN_MS);
  forget();
  master.value = undefined;
}

/** End the shift: from now on the passphrase is asked for. */
export async function leaveShift(): Promise<void> {
  const worker = master.value?.worker;
  await Promise.all([worker && shifts.end(store(), worker), lock()]);
}

/** Lock, and let somebody else begin. */
export async function handOn(): Promise<void> {
  shown.lastWorker = undefined;
  localStorage.removeItem(WORKER);
  await lock();
}

/** Have something waited for before the key goes; returns how to stop that. */
export function beforeLocking(done: () => Promise<unknown>): () => void {
  unfinished.add(done);
  return () => unfinished.delete(done);
}

/** Wait until all is written that a screen, gone or not, is still writing; no longer than `ms`. */
export async function written(ms?: number): Promise<void> {
  const all = Promise.allSettled([...unfinished].map((done) => done()));
  await (ms === undefined ? all : Promise.race([all, new Promise((resolve) => setTimeout(resolve, ms))]));
}

/**
 * Take away all that can be read; what is sealed stays and is sent. The keys go at once,
 * which the screen says; the drafts, unreadable then, are moved afterwards.
 *
 * Throws where the keys are still there.
 */
export async function panic(): Promise<void> {
  master.value = undefined;
  forget();
  places.clear();
  await unreadable(store());
  localStorage.removeItem(WORKER);
  shown.lastWorker = undefined;
  shown.panics += 1;
  shown.isErased = true;
  location.hash = "/";
  become("locked");
  void mended();
}

/** Send what waits, then ask the node what is new; `isAsked`: a person wants it now. */
export async function contact(isAsked = false): Promise<void> {
  if (!device.value || !isAtWork()) return;
  await sender().poke(isAsked);
  const isDueNow = isAsked || now() - contacted > FRESH_MS;
  if (!isDueNow || shown.isFetching || !isAtWork()) return;
  shown.isFetching = true;
  try {
    await learned();
  } catch {
    // What is new, a full phone for instance cannot keep: sending makes room.
  } finally {
    shown.isFetching = false;
    shown.progress = undefined;
  }
}

function isAtWork(): boolean {
  return shown.phase === "locked" || shown.phase === "open";
}

async function learned(): Promise<void> {
  const known = await refreshed(phone());
  if (typeof known === "object") return followOrder(known.wipe);
  shown.known = known;
  if (known !== "known") return;
  device.value = await deviceOf(store());
  const state = await syncForms(phone(), (progress) => (shown.progress = progress));
  forms.value = await current(store());
  if (state === "new" || state === "same") contacted = now();
}

function followOrder(order: string): Promise<void> {
  following ??= followed(order).finally(() => (following = undefined));
  return following;
}

/** What can be read goes before anything is waited for: the last answer needs no key that is kept. */
async function followed(order: string): Promise<void> {
  sender_?.stop();
  become("leaving");
  await unreadable(store()).catch(() => undefined);
  await putAway();
  const left = await leave(phone(), order).catch(() => undefined);
  if (left === "gone") {
    location.hash = "/";
    return become("gone");
  }
  shown.left = left ?? shown.left;
  setTimeout(() => void followOrder(order), AGAIN_MS[left ?? "no_line"]);
}

function become(phase: Phase): void {
  shown.phase = phase;
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  for (const event of ["pointerdown", "keydown", "input", "scroll"]) {
    document.addEventListener(event, () => (touched = now()), { passive: true, capture: true });
  }
  let ticks = 0;
  setInterval(() => void tick((ticks += 1)), TICK_MS);
  document.addEventListener("visibilitychange", () => void tick(SLOW_TICKS));
  globalThis.addEventListener("online", () => void contact());
}

async function tick(ticks: number): Promise<void> {
  const jump = clock.look();
  if (!store_ || !(isAtWork() || shown.phase === "outside")) return;
  if (shown.phase === "open" && isDue(now(), touched, isAnswering())) await lock();
  try {
    await clockSet(phone(), jump);
    if (await settle(store_, now())) void sender().poke();
    if (ticks % SLOW_TICKS === 0) await slowly(store_);
  } catch {
    // What cannot be done now is done at another tick.
  }
}

async function slowly(store: Store): Promise<void> {
  shown.room = await room();
  const since = (changed: number): number => clock.since(changed);
  await closeOld(store, now(), since);
  await dropOld(store);
  const old = await handOverOld(store, now(), shown.openDraft, since);
  const keyless = await handOverKeyless(store);
  if (old + keyless.moved > 0) void sender().poke();
}

function isAnswering(): boolean {
  const isAsked = /^#\/(new|fill|correct)\//.test(location.hash);
  return isAsked && Boolean(document.activeElement?.matches("input, textarea, select"));
}

/** Whether no other page of the application is open; where it cannot be told: yes. */
function isAlone(): Promise<boolean> {
  return navigator.locks ? hold({ ifAvailable: true }) : Promise.resolve(true);
}

let isHeld = false;

/** Hold this page's place until it goes or another page takes it. */
function hold(how: LockOptions): Promise<boolean> {
  if (isHeld || !navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const held = navigator.locks.request(LOCK, how, (lock) => {
      isHeld = lock !== null;
      resolve(isHeld);
      return isHeld ? new Promise(() => {}) : undefined;
    });
    held.catch(() => {
      isHeld = false;
      sender_?.stop();
      become("elsewhere");
      void putAway();
    });
  });
}
