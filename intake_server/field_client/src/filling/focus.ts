/** The keyboard's place, where a control that had it has gone. */

/** Whether nothing on the page has the focus: nobody is taken away from elsewhere. */
export function isLost(): boolean {
  const { activeElement, body } = document;
  return activeElement === null || activeElement === body;
}
