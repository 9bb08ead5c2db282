// @vitest-environment node
import { expect, test } from "vitest";
import { nextTick, watch } from "vue";
import type { Start } from "../contracts";
import { watchPresses } from "../pressed";
import { ask, FORMS, give, opened as inPlace, said, shipped } from "./shipped";
import { serve } from "./host";
import { UnreadableForm } from "./messages";
import { asked, type Part, type Question, questions, type Repeat } from "./parts";
import { EngineGone, forget, type Open, opened } from "./remote";

const CONSENT = { comm_mode: "speech", consent_intake: "given", consent_by: "parent" };
const photo = (): File => new File(["a photo"], "photo_id-1f.jpg", { type: "image/jpeg" });

/** Open a form with a channel between it and its engine. */
function remote(formId: string, start: Start = {}, xml?: string): Promise<Open> {
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  const form = shipped(formId);
  return opened(port1, xml === undefined ? form : { ...form, xml }, start, "uk");
}

/** The same over a channel that hands files on as a browser does, and node does not. */
function withFiles(formId: string, start: Start = {}): Promise<Open> {
  const [here, there] = [new End(), new End()];
  Object.assign(here, { other: there });
  Object.assign(there, { other: here });
  serve(there);
  return opened(here, shipped(formId), start, "uk");
}

class End {
  onmessage: ((event: MessageEvent) => void) | null = null;
  other: End | undefined;
  postMessage(data: unknown): void {
    setImmediate(() => this.other?.onmessage?.({ data } as MessageEvent));
  }
  close(): void {
    this.onmessage = null;
  }
}

async function answered(formId: string, answers: Record<string, string>): Promise<Open> {
  const form = await remote(formId);
  give(form, answers);
  await form.settled();
  return form;
}

/** All that a screen can show of some parts, without what differs from opening to opening. */
function shown(parts: readonly Part[]): unknown[] {
  return parts.map((part) => {
    const { name, label, isRelevant } = part;
    if (part.part === "question") return fields(part);
    return [name, label, isRelevant, ...shown(part.part === "group" ? part.parts : part.rows)];
  });
}

function fields({ kind, looks, file, ...rest }: Question): object {
  const { name, label, hint, isRelevant, isRequired, isReadonly, reference, value, fault, choices, list } = rest;
  const said = { name, label, hint, isRelevant, isRequired, isReadonly, reference, value };
  return { kind, looks: [...looks], size: file?.size, ...said, fault, choices, list };
}

/** Numbers that a seed decides. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("an answer stands at once, and what follows from it when it is settled", async () => {
  const form = await remote("reception");
  const consent = ask(form, "consent_intake");

  give(form, CONSENT);
  const [atOnce, before] = [consent.value, ask(form, "name_called").isRelevant];
  await form.settled();

  expect([atOnce, before]).toEqual(["given", false]);
  expect(ask(form, "name_called").isRelevant).toBe(true);
});

test("while something is pressed no question comes up, and what is answered is kept", async () => {
  const screen = new EventTarget();
  watchPresses(screen);
  const form = await remote("reception");

  screen.dispatchEvent(new Event("pointerdown"));
  give(form, CONSENT);
  const written = await form.filled();
  const before = ask(form, "name_called").isRelevant;
  screen.dispatchEvent(new Event("click"));
  await form.settled();

  expect(written.xml).toContain("<consent_intake>given</consent_intake>");
  expect(before).toBe(false);
  expect(ask(form, "name_called").isRelevant).toBe(true);
});

test("whoever waits for an answer has it, also where the page cannot show what it changes", async () => {
  const [here, there] = [new End(), new End()];
  Object.assign(here, { other: there });
  Object.assign(there, { other: here });
  serve(there);
  const form = await opened(here, shipped("reception"), {}, "uk");
  const hear = here.onmessage!;
  const thrown: unknown[] = [];
  here.onmessage = (event: MessageEvent<{ turn: number; changes: unknown[] }>) => {
    const { id } = ask(form, "consent_intake");
    try {
      hear({ ...event, data: { ...event.data, changes: [{ id, now: null }] } } as MessageEvent);
    } catch (error) {
      thrown.push(error);
    }
  };

  give(form, { consent_intake: "given" });
  await form.settled();

  expect(thrown).toHaveLength(1);
  expect(form.isBusy).toBe(false);
});

test("what is typed meanwhile is not taken back by the answer to what was typed before", async () => {
  const form = await answered("reception", CONSENT);
  const name = ask(form, "name_called");
  const seen: string[] = [];
  const stop = watch(() => name.value, (value) => seen.push(value), { flush: "sync" });

  for (const text of ["Д", "Да", "Дан", "Дани"]) {
    name.set(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await form.settled();
  stop();

  expect(seen).toEqual(["Д", "Да", "Дан", "Дани"]);
});

test("an answer becomes what the form makes of it", async () => {
  const form = await answered("reception", CONSENT);

  give(form, { age_years: "дванадцять", sex: "none_such" });
  await form.settled();

  expect(ask(form, "age_years").value).toBe("");
  expect(ask(form, "sex").value).toBe("");
});

test("answers are written out as they stood when they were asked for", async () => {
  const form = await answered("reception", CONSENT);
  const name = ask(form, "name_called");

  name.set("Данило");
  const first = form.filled();
  name.set("Марія");
  const second = form.filled();

  expect(said(await first, "name_called")).toBe("Данило");
  expect(said(await second, "name_called")).toBe("Марія");
});

test("a photo goes along as the file that it was, and comes back with the draft", async () => {
  const form = await withFiles("reception");
  const file = photo();
  give(form, CONSENT);

  ask(form, "photo_id").setFile(file);
  const left = await form.filled();
  const again = await withFiles("reception", { restored: left });
  const back = await again.filled();
  ask(form, "photo_id").setFile(undefined);
  const without = await form.filled();

  expect(left.attachments[0]?.blob).toBe(file);
  expect(await back.attachments[0]?.blob.text()).toBe("a photo");
  expect(ask(again, "photo_id").file?.size).toBe(file.size);
  expect(without.attachments).toEqual([]);
});

test("an answer by mistake that hides others takes none of them from a draft", async () => {
  const form = await answered("reception", CONSENT);
  give(form, { name_called: "Данило", sex: "male" });

  give(form, { consent_intake: "refused" });
  const left = await form.filled();
  const again = await remote("reception", { restored: left });
  const kept = await again.filled();
  give(again, { consent_intake: "given" });
  await again.settled();
  const back = await again.filled();

  expect(said(left, "name_called")).toBeUndefined();
  expect(kept.unasked).toEqual(left.unasked);
  expect(["name_called", "sex"].map((name) => ask(again, name).value)).toEqual(["Данило", "male"]);
  expect(back.unasked).toBeUndefined();
});

test("rows that are not asked now come back with all that stood in them", async () => {
  const form = await answered("registration", { any_documents: "yes" });
  const numbers = ({ parts }: Open): Question[] =>
    [...questions(parts)].filter(({ name }) => name === "doc_number");
  for (const part of form.parts) if (part.name === "documents" && part.part === "repeat") await part.add();
  numbers(form).forEach((question, index) => question.set(`КН ${index}`));

  give(form, { any_documents: "no" });
  const again = await remote("registration", { restored: await form.filled() });
  give(again, { any_documents: "yes" });
  await again.settled();

  expect(numbers(again).map(({ value }) => value)).toEqual(["КН 0", "КН 1"]);
});

test("a row that was taken out comes back with no draft, and gives its answers to no other", async () => {
  const rows = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
    xmlns:orx="http://openrosa.org/xforms" xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title>
    <model><instance><data id="t"><r jr:template=""><gate/><word/></r><orx:meta><orx:instanceID/></orx:meta></data>
    </instance><bind nodeset="/data/r/gate" type="string"/>
    <bind nodeset="/data/r/word" type="string" relevant="../gate != 'shut'"/></model></h:head>
    <h:body><repeat nodeset="/data/r"><input ref="/data/r/gate"><label>G</label></input>
    <input ref="/data/r/word"><label>W</label></input></repeat></h:body></h:html>`;
  const form = await remote("followup", {}, rows);
  const repeatOf = ({ parts }: Open): Repeat => parts.find((part) => part.part === "repeat") as Repeat;
  const named = (of: Repeat, name: string): (string | undefined)[] =>
    of.rows.map(({ parts }) => [...questions(parts)].find((one) => one.name === name)?.value);
  while (repeatOf(form).rows.length < 3) await repeatOf(form).add();
  repeatOf(form).rows.forEach(({ parts }, index) => give({ parts }, { word: `of ${index}` }));
  for (const index of [0, 2]) give({ parts: repeatOf(form).rows[index]?.parts ?? [] }, { gate: "shut" });
  await form.settled();

  for (const index of [2, 0]) await repeatOf(form).remove(repeatOf(form).rows[index]?.id ?? "");
  const left = await form.filled();
  const again = await remote("followup", { restored: left }, rows);

  expect(left.unasked).toBeUndefined();
  expect(named(repeatOf(again), "word")).toEqual(["of 1"]);
});

test("two rows taken out at once are those that were touched", async () => {
  const form = await answered("registration", { any_documents: "yes" });
  const documents = form.parts.find((part) => part.name === "documents");
  if (documents?.part !== "repeat") throw new Error("no rows");
  while (documents.rows.length < 3) await documents.add();
  const [a, b, c] = documents.rows.map(({ id }) => id);

  await Promise.all([documents.remove(a ?? ""), documents.remove(b ?? ""), documents.remove(b ?? "")]);

  expect(documents.rows.map(({ id }) => id)).toEqual([c]);
});

test("a place is not forgotten because its oblast was hidden for a moment", async () => {
  const place = { home_oblast: "UA-46", home_settlement: "UA46020090010062870" };
  const form = await answered("reception", { ...CONSENT, ...place });

  give(form, { consent_intake: "refused" });
  const again = await remote("reception", { restored: await form.filled() });
  give(form, { consent_intake: "given" });
  give(again, { consent_intake: "given" });
  await Promise.all([form.settled(), again.settled()]);

  expect(ask(form, "home_settlement").value).toBe(place.home_settlement);
  expect(ask(again, "home_settlement").value).toBe(place.home_settlement);
});

test("a place does not come back into another oblast", async () => {
  const place = { home_oblast: "UA-46", home_settlement: "UA46020090010062870" };
  const form = await answered("reception", { ...CONSENT, ...place });

  give(form, { home_oblast: "" });
  const again = await remote("reception", { restored: await form.filled() });
  for (const one of [form, again]) {
    give(one, { home_oblast: "UA-65" });
    await one.settled();
  }

  expect([form, again].map((one) => ask(one, "home_settlement").value)).toEqual(["", ""]);
});

test("what a form begins with is kept before it is asked", async () => {
  const form = await remote("reception", { answers: { home_oblast: "UA-46" } });

  const again = await remote("reception", { restored: await form.filled() });
  give(again, CONSENT);
  await again.settled();

  expect(ask(again, "home_oblast").value).toBe("UA-46");
});

test("a photo that a mistake has hidden is in the draft, and goes along with no form", async () => {
  const form = await withFiles("reception");
  give(form, CONSENT);
  ask(form, "photo_id").setFile(photo());
  give(form, { consent_intake: "refused" });

  const left = await form.filled();
  const again = await withFiles("reception", { restored: left });
  const still = await again.filled();
  give(again, { consent_intake: "given" });
  const back = await again.filled();

  expect([left.attachments, still.attachments]).toEqual([[], []]);
  expect(still.unaskedFiles?.map(({ name }) => name)).toEqual(["photo_id-1f.jpg"]);
  expect(await back.attachments[0]?.blob.text()).toBe("a photo");
  expect(ask(again, "photo_id").file?.size).toBe(photo().size);
});

test("an answer that the form does not take leaves the page with what the form holds", async () => {
  const readonly = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
    xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>t</h:title><model><instance><data id="t">
    <lock/><word>first</word><orx:meta><orx:instanceID/></orx:meta></data></instance>
    <bind nodeset="/data/lock" type="string"/><bind nodeset="/data/word" type="string" readonly="/data/lock = 'x'"/>
    </model></h:head><h:body><input ref="/data/lock"><label>L</label></input>
    <input ref="/data/word"><label>W</label></input></h:body></h:html>`;
  const form = await remote("followup", {}, readonly);

  give(form, { lock: "x" });
  await form.settled();
  give(form, { word: "second" });
  await form.settled();

  expect(ask(form, "word").value).toBe("first");
});

test("rows come and go, each with its own answers", async () => {
  const form = await answered("registration", { any_documents: "yes" });
  const documents = form.parts.find((part) => part.name === "documents");
  if (documents?.part !== "repeat") throw new Error("no rows");
  const numbers = (): (string | undefined)[] =>
    documents.rows.map(({ parts }) => [...asked(parts)].find(({ name }) => name === "doc_number")?.value);

  await documents.add();
  documents.rows.forEach((row, index) => {
    [...questions(row.parts)].find(({ name }) => name === "doc_number")?.set(String(index));
  });
  const both = numbers();
  await documents.remove(documents.rows[0]?.id ?? "");

  expect(both).toEqual(["0", "1"]);
  expect(numbers()).toEqual(["1"]);
});

test("the language of all that is said follows", async () => {
  const form = await remote("reception");
  const inUkrainian = form.pages.map(({ title }) => title);

  form.speak("en");
  await form.settled();

  expect(form.pages.map(({ title }) => title)).not.toEqual(inUkrainian);
});

test("each answer is heard when it is given", async () => {
  const form = await remote("registration");
  let heard = 0;
  form.heard = () => {
    heard += 1;
  };

  give(form, { any_documents: "yes", responsible_worker: "TRU-014" });

  expect(heard).toBe(2);
});

test("what is shown follows by itself", async () => {
  const form = await remote("reception");
  const relevant: boolean[] = [];
  const stop = watch(() => ask(form, "name_called").isRelevant, (now) => relevant.push(now));

  give(form, CONSENT);
  await form.settled();
  await nextTick();
  stop();

  expect(relevant).toEqual([true]);
});

test.each(FORMS)("the page shows what the engine holds, whatever is done: %s", async (formId) => {
  const form = await remote(formId);
  const engine = await inPlace(formId);
  const pick = chance(formId.length);

  for (let step = 0; step < 60; step += 1) {
    const [here, there] = [form, engine].map(({ parts }) => [...asked(parts)]);
    const at = pick(here?.length ?? 0);
    const [question, same] = [here?.[at], there?.[at]];
    const { choices = [] } = same ?? {};
    const value = choices.length > 0 ? (choices[pick(choices.length)]?.value ?? "") : String(pick(30));
    question?.set(value);
    same?.set(value);
    if (step % 9 === 0) for (const part of engine.parts) if (part.part === "repeat") await part.add();
    if (step % 9 === 0) for (const part of form.parts) if (part.part === "repeat") await part.add();
    if (step % 20 === 0) for (const one of [form, engine]) one.speak(step % 40 === 0 ? "en" : "uk");
    await form.settled();
  }

  expect(shown(form.parts)).toEqual(shown(engine.parts));
  const bare = (xml: string): string => xml.replace(/[0-9a-f-]{36}/g, "").replace(/\d{4}-\d\d-\d\dT[^<]+/g, "");
  expect(bare((await form.filled()).xml).split("><")).toEqual(bare(engine.filled().xml).split("><"));
});

test("a form that cannot be read says so", async () => {
  await expect(remote("followup", {}, "<h:html>")).rejects.toThrow(UnreadableForm);
});

test("an engine that is gone leaves nobody waiting", async () => {
  const form = await remote("reception");

  const waiting = form.filled();
  forget();

  await expect(waiting).rejects.toThrow(EngineGone);
  await expect(form.filled()).rejects.toThrow(EngineGone);
  expect([form.isGone, form.isBusy]).toEqual([true, false]);
  await form.close();
});
