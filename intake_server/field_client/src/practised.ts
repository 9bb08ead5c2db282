/** Whether a form is one that is filled in to practise: no version in earnest is like these. */
export function isPractised(version: string): boolean {
  return /^9\d{17}$/.test(version);
}

/** Say of a form what the phone, as it is now, does not say of it. */
export function besides(version: string, isPractice: boolean): "practice" | "earnest" | undefined {
  const is = isPractised(version);
  if (is === isPractice) return undefined;
  return is ? "practice" : "earnest";
}
