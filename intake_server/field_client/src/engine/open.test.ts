// @vitest-environment node
import { describe, expect, test } from "vitest";
import { asked, questions } from "./parts";
import { ask, FORMS, give, opened, said, shipped, source } from "./shipped";
import { UnreadableForm } from "./messages";
import { open } from "./open";
import { pagesOf } from "./pages";

const CONSENT = { comm_mode: "speech", consent_intake: "given", consent_by: "parent" };
const text = (blob: Blob | undefined): Promise<string> | undefined => blob?.text();
const photo = (text = "a photo"): File => new File([text], "photo_id-1f.jpg", { type: "image/jpeg" });

describe.each(FORMS)("the form %s", (formId) => {
  test("opens with pages, an id of its own and texts in both languages", async () => {
    const form = await opened(formId);
    const labels = (): string[] => [...questions(form.parts)].map(({ label }) => label);
    const titles = (): string[] => pagesOf(form.parts).map(({ title }) => title);
    const [inUkrainian, pagesInUkrainian] = [labels(), titles()];

    form.speak("en");

    expect(form.instanceId).toMatch(/^uuid:[0-9a-f-]{36}$/);
    expect([...inUkrainian, ...pagesInUkrainian].filter((text) => !text)).toEqual([]);
    expect(pagesInUkrainian.every((text) => /[А-ЯІЇЄҐа-яіїєґ]/.test(text))).toBe(true);
    expect(titles().some((text) => /[А-Яа-яіїє]/.test(text))).toBe(false);
  });

  test("knows every kind of its questions", async () => {
    const form = await opened(formId);

    const kinds = new Set([...questions(form.parts)].map(({ kind }) => kind));

    expect(kinds).not.toContain("other");
  });

  test("comes back as it was left, under the same id", async () => {
    const form = await opened(formId);
    for (const question of questions(form.parts)) {
      if (question.kind === "text" && question.isRelevant) question.set("Їжак");
      if (question.kind === "one" && question.isRelevant)
        question.set(question.choices[0]?.value ?? "");
    }
    const left = form.filled();

    const again = await opened(formId, { restored: left });

    expect(again.filled().xml).toBe(left.xml);
    expect(again.instanceId).toBe(left.instanceId);
  });
});

describe("answers by the kind of their question", () => {
  test.each([
    ["reception", "name_called", "text", "Данило ʼ<&>", "Данило ʼ<&>"],
    ["reception", "age_years", "integer", "12", "12"],
    ["reception", "age_years", "integer", "дванадцять", ""],
    ["reception", "birth_date", "date", "2012-03-04", "2012-03-04"],
    ["reception", "birth_date", "date", "2012-02-31", ""],
    ["reception", "intake_at", "dateTime", "2026-11-26T10:00:00.000+02:00", "2026-11-26T10:00:00.000+02:00"],
    ["reception", "sex", "one", "male", "male"],
    ["reception", "sex", "one", "nothing_such", ""],
    ["reception", "return_channel", "many", "volunteers other", "volunteers other"],
    ["reception", "child_ref", "code", "4КН7Т299", "4КН7Т299"],
    ["reception", "home_settlement", "place", "UA46060250010015970", "UA46060250010015970"],
  ])("%s/%s is %s: %s becomes %s", async (formId, name, kind, given, kept) => {
    const form = await opened(formId);
    give(form, { ...CONSENT, home_oblast: "UA-46" });

    ask(form, name).set(given);

    expect(ask(form, name).kind).toBe(kind);
    expect(ask(form, name).value).toBe(kept);
    expect(said(form.filled(), name) ?? "").toBe(ask(form, name).isRelevant ? kept : "");
  });

  test("kinds that only forms of others have", async () => {
    const bind = (name: string, type: string): string =>
      `<bind nodeset="/data/${name}" type="${type}"/>`;
    const ask_ = (name: string): string => `<input ref="/data/${name}"><label>?</label></input>`;
    const xml = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
      xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>x</h:title><model><instance>
      <data id="x" version="1"><t/><d/><b/><k/><meta><instanceID/></meta></data></instance>
      ${bind("t", "time")}${bind("d", "decimal")}${bind("b", "barcode")}${bind("k", "string")}
      <bind nodeset="/data/meta/instanceID" type="string" jr:preload="uid"/></model></h:head>
      <h:body>${ask_("t")}${ask_("d")}${ask_("b")}
      <trigger ref="/data/k"><label>?</label></trigger></h:body></h:html>`;
    const form = await open(source("x", xml), {}, "uk");

    give(form, { t: "10:30:00.000", d: "1.5", b: "4КН7Т299", k: "OK" });

    expect([...questions(form.parts)].map(({ kind }) => kind)).toEqual(
      ["time", "decimal", "code", "acknowledge"],
    );
    const kept = form.filled();
    expect(["t", "d", "b", "k"].map((name) => said(kept, name))).toEqual(
      ["10:30:00.000", "1.5", "4КН7Т299", "OK"],
    );
  });
});

test("what is wrong is said in the form's own words, in the language of the moment", async () => {
  const form = await opened("reception");
  give(form, { ...CONSENT, age_years: "40", not_now: "" });

  const inUkrainian = [ask(form, "age_years").fault, ask(form, "sex").fault];
  form.speak("en");

  expect(inUkrainian).toEqual([
    { kind: "constraint", text: "Вік від 0 до 23; власну згоду дає дитина від 14 років." },
    { kind: "required", text: "Виберіть; якщо неясно, «Не встановлено»." },
  ]);
  expect(ask(form, "age_years").fault?.text).toBe("Age 0 to 23; a child consents alone from 14.");
});

test("a question that is not asked is no fault and not among the answers", async () => {
  const form = await opened("reception");
  give(form, { ...CONSENT, name_called: "Данило" });

  give(form, { consent_intake: "refused" });

  expect(ask(form, "name_called").isRelevant).toBe(false);
  expect(ask(form, "name_called").fault).toBeUndefined();
  expect(said(form.filled(), "name_called")).toBeUndefined();
});

test("a form begins with the answers that it is given", async () => {
  const form = await opened("reception", {
    answers: { return_channel: "volunteers other", reception_point: "border_point", none_such: "1" },
  });

  expect(ask(form, "return_channel").value).toBe("volunteers other");
  expect(ask(form, "reception_point").value).toBe("border_point");
});

test("a photo is kept under our name, restored, and there without being chosen anew", async () => {
  const form = await opened("reception");
  give(form, CONSENT);
  ask(form, "photo_id").setFile(photo());
  const left = form.filled();

  const again = await opened("reception", { restored: left });
  const back = again.filled();

  expect(said(left, "photo_id")).toBe("photo_id-1f.jpg");
  expect(left.attachments.map(({ name, type }) => [name, type])).toEqual([
    ["photo_id-1f.jpg", "image/jpeg"],
  ]);
  expect(back.attachments.map(({ name, type }) => [name, type])).toEqual([
    ["photo_id-1f.jpg", "image/jpeg"],
  ]);
  expect(await text(back.attachments[0]?.blob)).toBe("a photo");
});

test("a photo that is removed or no longer asked for does not go along", async () => {
  const form = await opened("reception");
  give(form, CONSENT);
  ask(form, "photo_id").setFile(photo());

  give(form, { consent_intake: "refused" });
  const refused = form.filled();
  give(form, { consent_intake: "given" });
  ask(form, "photo_id").setFile(undefined);

  expect(refused.attachments).toEqual([]);
  expect(form.filled().attachments).toEqual([]);
  expect(said(form.filled(), "photo_id")).toBe("");
});

test("a corrected form gets an id of its own and names the one before", async () => {
  const form = await opened("reception");
  give(form, CONSENT);
  ask(form, "photo_id").setFile(photo());
  const sent = form.finished();

  const corrected = (await opened("reception", { corrected: sent })).filled();

  expect(corrected.instanceId).not.toBe(sent.instanceId);
  expect(corrected.xml).toContain(`deprecatedID>${sent.instanceId}<`);
  expect(corrected.attachments).toHaveLength(1);
});

test("a day that was set when the form began stays when it is opened later", async () => {
  const form = await opened("registration");
  give(form, { registered_on: "2026-01-02" });
  const left = form.filled();

  const again = await opened("registration", { restored: left });

  expect(ask(again, "registered_on").value).toBe("2026-01-02");
});

test("a long list is not the engine's: the question says which rows are offered", async () => {
  const form = await opened("registration");
  give(form, { birth_oblast: "UA-46", home_oblast: "UA-65" });

  expect(ask(form, "home_settlement").choices).toEqual([]);
  expect(ask(form, "home_settlement").list).toMatchObject({
    file: "katottg-2026-07.csv",
    value: "name",
    label: "label",
    only: { oblast: "UA-65" },
  });
  expect(ask(form, "birth_place_code").list?.only).toEqual({ oblast: "UA-46" });
});

test("a place of another oblast is forgotten when the oblast changes, also after a restart", async () => {
  const form = await opened("registration");
  give(form, { birth_oblast: "UA-46", birth_place_code: "UA46060250010015970" });
  give(form, { home_oblast: "UA-46", home_settlement: "UA46020090010062870" });
  const again = await opened("registration", { restored: form.filled() });

  give(again, { home_oblast: "UA-65" });

  expect(ask(again, "home_settlement").value).toBe("");
  expect(ask(again, "birth_place_code").value).toBe("UA46060250010015970");
});

test("an answer that stands beside no other says so", async () => {
  const form = await opened("reception");

  const alone = ask(form, "comm_mode").choices.filter(({ isAlone }) => isAlone);

  expect(alone.map(({ value }) => value)).toEqual(["unknown"]);
});

test("rows are added and removed, and each has its own answers", async () => {
  const form = await opened("registration");
  give(form, { any_documents: "yes" });
  const documents = form.parts.find((part) => part.name === "documents");
  if (documents?.part !== "repeat") throw new Error("no rows");

  documents.add();
  const [first, second] = documents.rows.map(({ parts }) => [...questions(parts)]);
  first?.find(({ name }) => name === "doc_number")?.set("1");
  second?.find(({ name }) => name === "doc_number")?.set("2");
  documents.remove(documents.rows[0]?.id ?? "");

  const numbers = documents.rows.map(({ parts }) =>
    [...asked(parts)].find(({ name }) => name === "doc_number")?.value,
  );
  expect(numbers).toEqual(["2"]);
});

test("what opens rows stands on the page of the rows", async () => {
  const form = await opened("registration");

  const page = pagesOf(form.parts).find(({ parts }) => parts.some(({ name }) => name === "any_documents"));

  expect(page?.parts.map(({ name }) => name)).toEqual(["any_documents", "documents"]);
  expect(page?.title).toBe(page?.parts[1]?.label);
});

test("a form that cannot be read says so, and names no answer", async () => {
  const broken = { ...shipped("followup"), formId: "broken", xml: "<h:html>" };

  await expect(open(broken, {}, "uk")).rejects.toThrow(UnreadableForm);
});
