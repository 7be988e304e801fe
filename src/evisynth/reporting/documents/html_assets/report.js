
(() => {
  "use strict";
  const part = (id) => document.getElementById(id);
  const dialog = part("why");
  let path = []; // ids of derivations, from the number in the text down to the one that is shown

  const titleOf = (id) => part(id).querySelector("h4").textContent;

  function step(id, last) {
    const item = document.createElement("li");
    const name = document.createElement(last ? "span" : "a");
    name.textContent = name.title = titleOf(id);
    if (last) name.setAttribute("aria-current", "true");
    else name.href = "#" + id;
    item.append(name);
    return item;
  }

  function show() {
    const id = path[path.length - 1];
    const copy = part(id).cloneNode(true);
    const title = copy.querySelector("h4");
    part("why-title").replaceChildren(...title.childNodes);
    title.remove();
    part("why-body").replaceChildren(...copy.childNodes);
    part("why-path").replaceChildren(...(path.length > 1 ? path.map((key, i) => step(key, i === path.length - 1)) : []));
    part("why-back").disabled = path.length < 2;
    part("why-place").href = "#" + id;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    part("why-title").focus();
  }

  function unfold(id) {
    const target = id && part(id);
    for (let around = target; around; around = around.parentElement) {
      if (around.localName === "details") around.open = true;
    }
    if (target) target.scrollIntoView();
  }

  const fragment = (address) => {
    try { return decodeURIComponent(address.slice(1)); } catch { return ""; }
  };

  document.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // the shade beside the panel
    const link = event.target.closest("a");
    const address = link ? link.getAttribute("href") || "" : "";
    if (!address.startsWith("#") || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const id = fragment(address);
    if (link.id === "why-place" || !part(id) || !part(id).classList.contains("why")) {
      dialog.close();
      unfold(id);
      return;
    }
    event.preventDefault();
    const seen = dialog.open ? path.indexOf(id) : -1;
    if (!dialog.open) path = [id];
    else if (seen >= 0) path = path.slice(0, seen + 1);
    else path.push(id);
    show();
  });
  part("why-close").addEventListener("click", () => dialog.close());
  part("why-back").addEventListener("click", () => { path.pop(); show(); });
  window.addEventListener("hashchange", () => unfold(fragment(location.hash)));

  // Without this script everything stands open, so that links work.
  for (const kind of document.querySelectorAll("details.kind")) kind.open = false;
  if (window.matchMedia("(max-width: 63.99rem)").matches) document.querySelector(".contents details").open = false;
  if (location.hash) unfold(fragment(location.hash));
})();
