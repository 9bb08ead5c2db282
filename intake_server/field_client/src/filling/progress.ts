/** What of a form is still missing, and where. */
import type { Open } from "../engine/remote";
import { asked, type Page, type Question } from "../engine/parts";

export interface Missing {
  readonly page: Page;
  readonly question: Question;
}

/** The questions whose answers are missing or wrong, in the order of the form. */
export function missing(form: Open): readonly Missing[] {
  return form.pages.flatMap((page) => faultsOf(page).map((question) => ({ page, question })));
}

/** The same of one page. */
export function faultsOf(page: Page): readonly Question[] {
  if (!page.isRelevant) return [];
  return [...asked(page.parts)].filter(({ fault }) => fault);
}
