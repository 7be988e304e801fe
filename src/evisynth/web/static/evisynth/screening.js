// Screening with the keyboard: a key presses the button that has its action. All else is done by the server.
"use strict";

const SETTLE = 300; // ms after a record appears in which nothing decides on it: the second half of a double click
let shown = performance.now();

const desk = document.getElementById("desk");
const help = document.getElementById("help");
const keys = desk ? JSON.parse(desk.dataset.keys) : {};

function tooSoon(element) {
  return element.closest(".votes, .moves") !== null && performance.now() - shown < SETTLE;
}

function act(action) {
  if (action === "help") {
    if (help.open) help.close();
    else help.showModal();
    return true;
  }
  const element = document.querySelector(`#screen [data-action="${action}"], .bar [data-action="${action}"]`);
  if (!element) return false;
  if (action === "search") {
    element.closest("details").open = true;
    element.closest("details").querySelector("input").focus();
  } else if (element.matches("input, textarea")) {
    element.focus();
  } else {
    element.click();
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && field) {
    field.blur();
    return;
  }
  if (event.key === "Enter" && field && field.dataset.enter) {
    event.preventDefault();
    document.getElementById(field.dataset.enter).click();
    return;
  }
  if (!desk || event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
  if (field && field.type !== "checkbox") return;
  if (help.open && event.key !== "Escape" && keys[event.key] !== "help") return;
  const action = keys[event.key] || keys[event.key.toLowerCase()];
  if (action && act(action)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (tooSoon(button)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (button.dataset.action === "help") {
    act("help");
  } else if (button.hasAttribute("data-close")) {
    button.closest("dialog").close();
  } else if (button.dataset.toggle) {
    const hidden = desk.toggleAttribute(`data-hide-${button.dataset.toggle}`);
    button.setAttribute("aria-pressed", String(!hidden));
  }
}, true);

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "screen") return;
  shown = performance.now();
  const title = document.getElementById("record-title");
  if (title) title.focus({ preventScroll: true });
  const told = document.querySelector("#messages .warning, #messages .error");
  (told || document.getElementById("screen")).scrollIntoView({ block: "start" });
});

document.addEventListener("change", (event) => {
  const all = event.target.dataset.all;
  if (!all) return;
  for (const box of document.querySelectorAll(`input[type="checkbox"][name="${all}"]`)) box.checked = event.target.checked;
});
