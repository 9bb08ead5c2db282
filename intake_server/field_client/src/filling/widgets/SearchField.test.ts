import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nextTick } from "vue";
import { watchPresses } from "../../pressed";
import { answer, withPlaces } from "../../testing/places";
import { onPage, type Shown } from "../../testing/widgets";
import SearchField from "./SearchField.vue";

// Where the build puts the worker: no test builds it.
vi.mock("../places/worker?worker&url", () => ({ default: "/field/worker.js" }));

const CONSENT = { comm_mode: "speech", consent_intake: "given", consent_by: "parent" };
const [LVIV, BORYNIA] = ["UA46060250010015970", "UA46020090010062870"];
let shown: Shown;
watchPresses(document);

beforeEach(async () => {
  await withPlaces();
  shown = await onPage("reception", { answers: { ...CONSENT, home_oblast: "UA-46" } });
  await shown.show(SearchField, "home_settlement");
  field().focus();
  await rows("Львів", "Бориня");
});
afterEach(() => shown.hide());

const field = (): HTMLInputElement => shown.inputs()[0]!;
const value = (): string => shown.question("home_settlement").value;
const seen = (): string[] => shown.all("li span:first-child").map(({ textContent }) => textContent);

/** Wait for an answer, and for the rows that it brings. */
async function rows(...names: string[]): Promise<void> {
  await answer();
  await vi.waitFor(() => expect(seen()).toEqual(names), 10_000);
}

function enter(): void {
  field().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
}

/** Let all that is to come without an answer come. */
async function calmed(): Promise<void> {
  await new Promise((done) => setTimeout(done, 20));
  await nextTick();
}

test("Enter picks what fits the text that is typed, also before it is found", async () => {
  shown.type("Льв");
  await rows("Львів");

  shown.type("Бор");
  enter();
  await calmed();
  expect(value()).toBe("");
  await answer(2);

  await vi.waitFor(() => expect(value()).toBe(BORYNIA), 10_000);
});

test("Enter picks the row that is marked where it is found", async () => {
  shown.type("Льв");
  await rows("Львів");
  enter();
  await vi.waitFor(() => expect(value()).toBe(LVIV), 10_000);
});

test("Enter in an empty field goes on to the next, whatever was found before", async () => {
  shown.type("Льв");
  await rows("Львів");
  const passed = vi.fn();
  document.body.addEventListener("keydown", passed, { once: true });
  shown.type("");
  enter();

  expect(passed).toHaveBeenCalled();
  await calmed();
  expect(value()).toBe("");
});

test("Enter picks nothing once the list was closed", async () => {
  shown.type("Бор");
  enter();
  field().dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await answer(2);
  await calmed();
  expect(value()).toBe("");
});

test("a row under a finger stays where it is until the finger is up", async () => {
  const [first] = shown.all<HTMLElement>("li");
  first!.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  shown.type("Бор");
  await answer();
  await calmed();
  expect(seen()).toEqual(["Львів", "Бориня"]);

  first!.dispatchEvent(new Event("pointerup", { bubbles: true }));
  first!.click();
  await vi.waitFor(() => expect(value()).toBe(LVIV), 10_000);
});
