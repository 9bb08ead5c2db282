/**
 * The focus is never lost: when what has it goes from the screen, what took its place, or
 * the nearest heading, gets it; what was switched off or moved meanwhile gets it back,
 * unless somebody touched beside it. Without this a keyboard or a screen reader begins
 * anew at the top of the page.
 */

const TAKES =
  "[role=alertdialog], h1[tabindex], h2[tabindex], a[href], button:not(:disabled), input:not(:disabled), select, textarea";

/** Watch over the focus below an element. */
export function keepFocus(root: Element): void {
  let held: Element[] = [];
  let isLeft = false;
  root.addEventListener("focusin", ({ target }) => {
    isLeft = false;
    held = [];
    for (let each = target as Element | null; each && each !== root; each = each.parentElement) held.push(each);
    held.push(root);
  });
  document.addEventListener("pointerdown", ({ target }) => (isLeft ||= !held[0]?.contains(target as Node)), true);
  new MutationObserver((changes) => {
    const had = held[0] as HTMLElement | undefined;
    if (!had || !isLost()) return;
    if (had.isConnected) {
      if (!isLeft && changes.some((change) => isBack(had, change))) had.focus({ preventScroll: true });
      return;
    }
    for (const around of held.filter((each) => each.isConnected)) {
      const next = around.querySelector<HTMLElement>(TAKES);
      if (next) return next.focus({ preventScroll: true });
    }
  }).observe(root, { childList: true, subtree: true, attributeFilter: ["disabled"] });
}

/** Whether a change enabled, or moved, what had the focus. */
function isBack(had: HTMLElement, { type, target, addedNodes }: MutationRecord): boolean {
  if (type === "attributes") return target === had && !had.matches(":disabled");
  return [...addedNodes].some((node) => node.contains(had));
}

/** Whether nothing on the page has the focus: nobody is taken away from elsewhere. */
export function isLost(): boolean {
  return !document.activeElement || document.activeElement === document.body;
}
