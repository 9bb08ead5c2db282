/** Where the keyboard goes inside a page of a form. */

const FIELDS = "input:not([type=file]):not([disabled]), textarea, select";

/** The fields of a page in their order; of radio buttons the one that has the focus. */
export function fields(page: HTMLElement): HTMLElement[] {
  const all = [...page.querySelectorAll<HTMLInputElement>(FIELDS)];
  return all.filter((field) => {
    if (field.type !== "radio") return true;
    const group = all.filter(({ type, name }) => type === "radio" && name === field.name);
    return field === (group.find(({ checked }) => checked) ?? group[0]);
  });
}

/** The field after the one that has the focus: of the next question after a tile. */
export function following(page: HTMLElement, from: HTMLElement): HTMLElement | undefined {
  const own = isTile(from) ? from.closest(".question") : undefined;
  return fields(page).find((field) => {
    const isAfter = Boolean(from.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
    return field !== from && isAfter && !(own && own.contains(field));
  });
}

function isTile(field: HTMLElement): boolean {
  return ["radio", "checkbox"].includes((field as HTMLInputElement).type);
}
