// Nothing here is needed: each key does what Tab, arrows and Enter do as well.
"use strict";

const typing = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox])");

// j and k move through a list of questions while it has the focus.
document.addEventListener("keydown", (event) => {
  const list = event.target.closest("#list");
  if (!list || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { j: 1, k: -1, о: 1, л: -1 }[event.key];
  if (!step) return;
  const links = [...list.querySelectorAll(".row-title")];
  const next = links[links.indexOf(document.activeElement) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
});

// 1 to 9 choose an answer while the answers have the focus.
document.addEventListener("keydown", (event) => {
  const answers = event.target.closest(".answers");
  if (!answers || typing(event.target) || event.altKey || event.ctrlKey || event.metaKey) return;
  const choice = answers.querySelectorAll(".cards input[name=choice]")[Number(event.key) - 1];
  if (choice) {
    event.preventDefault();
    choice.focus();
    choice.click();
  }
});

// Typing an answer chooses it.
document.addEventListener("input", (event) => {
  const typed = event.target.closest(".typed .inputs, .option .inputs");
  const choice = typed && typed.closest(".card").querySelector("input[name=choice]");
  if (choice && !choice.checked) choice.click();
});
