/** The parts of a form, as pages. */
import { markRaw } from "vue";
import type { Page, Part } from "./parts";

/** One group a page; what opens a repeat stands on the page of the repeat. */
export function pagesOf(parts: readonly Part[]): Page[] {
  const pages: Page[] = [];
  let loose: Part[] = [];
  const close = (titled?: Part): void => {
    if (loose.length > 0) pages.push(page(loose, titled ?? loose[0]));
    loose = [];
  };
  for (const part of parts) {
    if (part.part === "group") {
      close();
      pages.push(page(part.parts, part));
    } else if (part.part === "repeat") {
      loose.push(part);
      close(part);
    } else loose.push(part);
  }
  close();
  return pages;
}

function page(parts: readonly Part[], titled: Part | undefined): Page {
  return markRaw({
    id: titled?.id ?? "",
    get title() {
      return titled?.label ?? "";
    },
    get isRelevant() {
      return titled?.part === "group" && !titled.isRelevant ? false : hasAsked(parts);
    },
    parts,
  });
}

function hasAsked(parts: readonly Part[]): boolean {
  return parts.some(
    (part) =>
      part.isRelevant && (part.part === "group" ? hasAsked(part.parts) : true),
  );
}
