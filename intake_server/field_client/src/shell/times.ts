/** Moments as people say them: today at 14:20, else the day. */
import { language, say } from "../language";

const TODAY = { uk: "сьогодні о {at}", en: "today at {at}" };
const YESTERDAY = { uk: "учора о {at}", en: "yesterday at {at}" };

export function when(ms: number, now = Date.now()): string {
  const at = new Intl.DateTimeFormat(tag(), { hour: "2-digit", minute: "2-digit" }).format(ms);
  const days = Math.round((midnight(now) - midnight(ms)) / 86_400_000);
  if (days === 0) return say(TODAY, { at });
  if (days === 1) return say(YESTERDAY, { at });
  return new Intl.DateTimeFormat(tag(), { dateStyle: "medium", timeStyle: "short" }).format(ms);
}

export function megabytes(bytes: number): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: 0 }).format(bytes / 1_000_000);
}

function tag(): string {
  return language.value === "uk" ? "uk-UA" : "en-GB";
}

function midnight(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}
