/** Days and moments as people write them; moments are told in the time of Kyiv. */

/** The name by which older browsers, too, know the zone. */
export const ZONE = "Europe/Kiev";

export interface Day {
  readonly day: string;
  readonly month: string;
  readonly year: string;
}

export const NO_DAY: Day = { day: "", month: "", year: "" };

/** Split `2012-03-04`; anything else is no day. */
export function split(value: string): Day {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(value) ?? [];
  return year && month && day ? { day, month, year } : NO_DAY;
}

/** Join the parts of a day; undefined where the calendar has none such. */
export function join({ day, month, year }: Day): string | undefined {
  if (!/^\d{4}$/.test(year) || !/^\d{1,2}$/.test(month) || !/^\d{1,2}$/.test(day))
    return undefined;
  const text = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const read = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(read.getTime()) || read.toISOString().slice(0, 10) !== text
    ? undefined
    : text;
}

/** Today on this phone, as forms reckon it. */
export function today(now = new Date()): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** Day and time in Kyiv of a moment in XML; empty where it is none. */
export function inKyiv(value: string): { readonly day: string; readonly time: string } {
  const moment = new Date(value);
  if (!value || Number.isNaN(moment.getTime())) return { day: "", time: "" };
  const { year, month, day, hour, minute } = parts(moment);
  return { day: `${year}-${month}-${day}`, time: `${hour}:${minute}` };
}

/** A moment for XML, `2026-11-26T10:00:00.000+02:00`, of a day and `10:00` in Kyiv. */
export function moment(day: string, time: string): string {
  const wall = new Date(`${day}T${time}:00Z`).getTime();
  const near = offset(new Date(wall));
  const minutes = offset(new Date(wall - near * 60_000));
  const sign = minutes < 0 ? "-" : "+";
  const two = (n: number): string => String(Math.trunc(n)).padStart(2, "0");
  const size = Math.abs(minutes);
  return `${day}T${time}:00.000${sign}${two(size / 60)}:${two(size % 60)}`;
}

/** A day or a moment as one reads it: `04.03.2012`, `04.03.2012, 10:00`. */
export function spoken(value: string): string {
  if (value.includes("T")) {
    const { day, time } = inKyiv(value);
    return day ? `${spoken(day)}, ${time}` : value;
  }
  const { day, month, year } = split(value);
  return year ? `${day}.${month}.${year}` : value;
}

/** How many minutes the clocks of Kyiv are ahead at a moment. */
function offset(at: Date): number {
  const { year, month, day, hour, minute } = parts(at);
  const wall = Date.UTC(+year, +month - 1, +day, +hour, +minute);
  return Math.round((wall - Math.floor(at.getTime() / 60_000) * 60_000) / 60_000);
}

type Part = "year" | "month" | "day" | "hour" | "minute";

function parts(at: Date): Record<Part, string> {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: ZONE,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const found = format.formatToParts(at).map(({ type, value }) => [type, value]);
  return Object.fromEntries(found) as Record<Part, string>;
}
