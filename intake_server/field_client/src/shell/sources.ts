/** Forms as they lie on the phone, handed to whoever fills them in. */
import type { FormSource } from "../contracts";
import type { Store, StoredForm } from "../vault/store";

export function sourceOf(store: Store, form: StoredForm): FormSource {
  return {
    formId: form.formId,
    version: form.version,
    title: form.title,
    xml: form.xml,
    media: async (name) => {
      const file = form.media.find((each) => each.name === name);
      const content = file && (await store.get("media", file.hash));
      return content && new Blob([content]);
    },
  };
}

/** Return a version of a form, or where it is gone the one of today. */
export async function findForm(store: Store, formId: string, version: string): Promise<StoredForm | undefined> {
  const exact = await store.get("forms", [formId, version]);
  if (exact) return exact;
  const all = await store.getAll("forms", IDBKeyRange.bound([formId, ""], [formId, "\uffff"]));
  return all.find(({ isCurrent }) => isCurrent) ?? all.at(-1);
}
