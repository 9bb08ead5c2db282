/** Moments as people at a desk read them, in Kyiv. */
import { ZONE } from "../filling/dates";
import type { Language } from "../language";

/** Return the time of a moment, with the day where it was not today. */
export function timeOf(moment: string, language: Language, now = new Date()): string {
  const at = new Date(moment);
  const zone = { timeZone: ZONE } as const;
  const day = (date: Date): string => date.toLocaleDateString("en-CA", zone);
  const time = at.toLocaleTimeString(language, { ...zone, hour: "2-digit", minute: "2-digit" });
  if (day(at) === day(now)) return time;
  return `${at.toLocaleDateString(language, { ...zone, day: "numeric", month: "long" })}, ${time}`;
}
