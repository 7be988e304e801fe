// Copies the link of an invitation, where the browser can.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    let done = true;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      done = document.execCommand("copy"); // without HTTPS there is no clipboard but this
    }
    document.getElementById("copied").textContent = done ? "Copied." : "Press Ctrl+C to copy.";
  });
}
