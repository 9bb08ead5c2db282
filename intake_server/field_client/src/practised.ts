/** Whether a form is one that is filled in to practise: no version in earnest is like these. */
export function isPractised(version: string): boolean {
  return /^9\d{17}$/.test(version);
}
