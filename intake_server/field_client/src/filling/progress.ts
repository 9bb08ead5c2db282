/** What of a form is still missing, and where. */
import type { Open } from "../engine/remote";
import { asked, type Page, type Question } from "../engine/parts";
import type { Unread } from "./unread";

export interface Missing {
  readonly page: Page;
  readonly question: Question;
}

/** The questions whose answers are missing, wrong or none, in the order of the form. */
export function missing({ pages }: Pick<Open, "pages">, unread: Unread): readonly Missing[] {
  return pages.flatMap((page) => faultsOf(page, unread).map((question) => ({ page, question })));
}

/** The same of one page. */
export function faultsOf(page: Page, unread: Unread): readonly Question[] {
  if (!page.isRelevant) return [];
  return [...asked(page.parts)].filter((question) => question.fault ?? unread.has(question));
}
