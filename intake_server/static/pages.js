// Nothing here is needed: each key does what Tab, arrows and Enter do as well.
"use strict";

const typing = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox])");

// Single keys can be switched off: whoever speaks to a device, or slips, presses many.
const kept = (work) => {
  try {
    return work(window.localStorage);
  } catch {
    return null;
  }
};
const areOn = () => kept((store) => store.getItem("keys")) !== "off";

const step = (by) => {
  const answers = [...document.querySelectorAll(".answers .cards input")];
  const places = answers.length ? answers : [...document.querySelectorAll("#list .row-title")];
  const next = places[places.indexOf(document.activeElement) + by];
  if (next) next.focus();
};

const choose = (number) => {
  const choice = document.querySelectorAll(".answers .cards input")[number - 1];
  if (!choice) return;
  choice.click();
  if (choice.type === "checkbox") choice.focus();
  else document.querySelector("#field-reason").focus();
};

const typeOne = () => {
  const input = document.querySelector("#typed .inputs input, #typed .inputs select, #typed .inputs textarea");
  if (!input) return;
  document.querySelector("#typed input[name=choice]").click();
  input.focus();
};

const takeBack = () => {
  const fold = document.querySelector("main details[data-last]");
  if (!fold) return;
  fold.open = true;
  fold.querySelector("input[name=reason]").focus();
};

const showKeys = () => {
  const dialog = document.querySelector("#keys");
  if (dialog) dialog.showModal();
};

// By the place of the key, so that any layout will do.
const doing = {
  KeyJ: () => step(1),
  KeyK: () => step(-1),
  KeyE: typeOne,
  KeyU: takeBack,
};

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  if (!areOn() || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    showKeys();
    return;
  }
  if (event.shiftKey) return;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  const act = digit ? () => choose(Number(digit[1])) : doing[event.code];
  if (!act) return;
  event.preventDefault();
  act();
});

const box = document.querySelector("#keys-on");
if (box) {
  box.checked = areOn();
  box.addEventListener("change", () => {
    kept((store) => store.setItem("keys", box.checked ? "on" : "off"));
  });
}
for (const button of document.querySelectorAll("[data-keys]")) {
  button.hidden = false;
  button.addEventListener("click", showKeys);
}

// A decision is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("#decision, details.undo form, .once")) return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Typing an answer chooses it.
document.addEventListener("input", (event) => {
  const typed = event.target.closest(".typed .inputs, .option .inputs");
  const choice = typed && typed.closest(".card").querySelector("input[name=choice]");
  if (choice && !choice.checked) choice.click();
});
