// Files dropped on the page, what is the same for all of them, and keys for pairs of duplicates.
"use strict";

const drop = document.getElementById("drop");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  const button = drop.querySelector("button");
  const largest = Number(drop.dataset.largest);
  for (const each of drop.querySelectorAll(".with-js")) each.hidden = false;

  const send = (files) => {
    const large = [...files].filter((file) => file.size > largest);
    if (large.length) {
      tell(`${large.map((file) => file.name).join(", ")}: larger than ${Math.floor(largest / 2 ** 20)} MB. Nothing was sent.`, "error");
      return;
    }
    const chosen = new DataTransfer();
    for (const file of files) chosen.items.add(file);
    input.files = chosen.files;
    if (chosen.files.length) input.form.requestSubmit(button);
  };
  input.form.addEventListener("submit", (event) => {
    if (event.submitter === button) document.getElementById("sending").hidden = false;
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); send(event.dataTransfer.files); });
  // A file that misses the field would replace the page, and what was typed in it.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
}

for (const select of document.querySelectorAll("select[name$='-source']")) {
  const fields = select.closest(".upload").querySelector(".new-source");
  const show = () => { fields.open = select.value === ""; fields.hidden = select.value !== ""; };
  select.addEventListener("change", show);
  show();
}

// What is typed for all files shows at once in each file that says nothing else itself.
for (const same of document.querySelectorAll("#for-all [name^='all-']")) {
  const name = same.name.slice("all-".length);
  const ownOf = (field) => same.form.elements.namedItem(field.name.replace(/-.*/, "-own"));
  const fields = [...document.querySelectorAll(`.upload [name$="-${name}"]`)];
  same.addEventListener("input", () => {
    for (const field of fields) if (!ownOf(field).value.split(" ").includes(name)) field.value = same.value;
  });
  for (const field of fields) {
    field.addEventListener("input", () => {
      const own = ownOf(field).value.split(" ").filter((each) => each && each !== name);
      ownOf(field).value = (field.value === same.value ? own : [...own, name]).join(" ");
    });
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select")) return;
  const chosen = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (chosen) { event.preventDefault(); chosen.click(); }
});
