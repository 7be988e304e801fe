// A decision by keys: those of the person for include, maybe and exclude, digits for the reasons, Enter to save.
"use strict";

(() => {
  const form = document.getElementById("decide");
  const radioOf = new Map();
  if (form) {
    let digit = 0;
    for (const label of form.querySelectorAll(".choice")) {
      const sign = label.querySelector("kbd");
      if (!sign) continue;
      if ("digit" in sign.dataset) {
        digit += 1;
        if (digit > 10) { sign.remove(); continue; }
        sign.dataset.key = String(digit % 10);
        sign.textContent = sign.dataset.key;
      }
      radioOf.set(sign.dataset.key, label.querySelector("input"));
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target;
    const typing = at.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
    if (event.key === "Escape" && typing) at.blur();
    if (typing || at.closest("summary")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const radio = radioOf.get(key);
    if (radio) {
      radio.checked = true;
      radio.focus();
      event.preventDefault();
      return;
    }
    if (form && key === "Enter" && !at.matches("a, button") && form.querySelector(".choice input:checked")) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    const note = form && form.querySelector("kbd[data-note]");
    if (note && key === note.dataset.note) {
      form.querySelector("textarea").focus();
      event.preventDefault();
      return;
    }
    for (const link of document.querySelectorAll("a[data-key]")) {
      if (link.dataset.key === key) { link.click(); event.preventDefault(); return; }
    }
  });
})();
