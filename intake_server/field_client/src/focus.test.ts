// @vitest-environment happy-dom
import { beforeEach, expect, it } from "vitest";
import { keepFocus } from "./focus";

const SCREEN = `
  <header><h1 tabindex="-1">Форми</h1></header>
  <main>
    <ul><li><button id="delete">×</button></li><li><button id="other">Далі</button></li></ul>
    <p id="words"></p>
  </main>`;

beforeEach(() => {
  document.body.innerHTML = `<div id="app">${SCREEN}</div>`;
  keepFocus(document.querySelector("#app")!);
});

const one = (selector: string): HTMLElement => document.querySelector<HTMLElement>(selector)!;
const observed = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A browser takes the focus from what is switched off; happy-dom does not. */
async function switchedOff(button: HTMLButtonElement): Promise<void> {
  button.blur();
  button.disabled = true;
  await observed();
}

it("what asks in the place of a button that is gone has the focus", async () => {
  one("#delete").focus();
  one("li").innerHTML = '<div role="alertdialog" tabindex="-1"><button id="sure">Видалити</button></div>';
  await observed();
  expect(document.activeElement).toBe(one("[role=alertdialog]"));
});

it("the nearest that is left has it where nothing took the place", async () => {
  one("#delete").focus();
  one("li").remove();
  await observed();
  expect(document.activeElement).toBe(one("#other"));
});

it("what was switched off while it worked has it back", async () => {
  const other = one("#other") as HTMLButtonElement;
  other.focus();
  await switchedOff(other);
  expect(document.activeElement).toBe(document.body);
  other.disabled = false;
  await observed();
  expect(document.activeElement).toBe(other);
});

it("what was switched off does not call back who has touched beside it", async () => {
  const other = one("#other") as HTMLButtonElement;
  other.focus();
  one("#words").dispatchEvent(new Event("pointerdown", { bubbles: true }));
  await switchedOff(other);
  other.disabled = false;
  await observed();
  expect(document.activeElement).toBe(document.body);
  other.focus();
  await switchedOff(other);
  other.disabled = false;
  await observed();
  expect(document.activeElement).toBe(other);
});

it("what was put in another place has it back", async () => {
  const other = one("#other");
  other.focus();
  const row = other.parentElement!;
  row.remove();
  one("ul").prepend(row);
  await observed();
  expect(document.activeElement).toBe(other);
});

it("the heading has it where a whole screen is another", async () => {
  one("#other").focus();
  one("main").remove();
  await observed();
  expect(document.activeElement).toBe(one("h1"));
});

it("nobody's focus is moved while what has it is there, or who touched beside it", async () => {
  one("#other").focus();
  one("#words").textContent = "збережено";
  one("li").remove();
  await observed();
  expect(document.activeElement).toBe(one("#other"));
  one("#other").blur();
  one("#words").remove();
  await observed();
  expect(document.activeElement).toBe(document.body);
});
