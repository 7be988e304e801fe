
(() => {
  "use strict";
  const part = (id) => document.getElementById(id);
  const dialog = part("why");
  // Ids of derivations, from the number in the text down to the one that is shown. Each step down is an entry
  // of the browser's history with its own address, so that the browser's Back goes one step up.
  let path = [];
  let linked = false; // whether the page was opened at the first derivation, which then has no entry to go back over
  let leaving = false; // on the way back to the entry from which the panel was opened
  let quiet = false; // the address changes because the panel closes: the page stays where it is

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

  function down(id) {
    const seen = dialog.open ? path.indexOf(id) : -1;
    if (seen >= 0) return up(path.length - 1 - seen);
    if (!dialog.open) [path, linked] = [[], false];
    path = [...path, id];
    history.pushState({ path, linked }, "", "#" + id);
    show();
  }

  function up(steps) {
    if (steps < 1) return;
    path = path.slice(0, path.length - steps);
    show();
    history.go(-steps);
  }

  function leave() {
    dialog.close();
    const steps = path.length - (linked ? 1 : 0);
    path = [];
    leaving = steps > 0;
    if (leaving) history.go(-steps);
    else history.replaceState(null, "");
  }

  function follow() { // the reader, or the panel, went back or forward in the history
    const next = (history.state && history.state.path) || [];
    if (leaving || !next.length) {
      quiet = leaving || dialog.open;
      leaving = false;
      if (next.length) history.replaceState(null, "");
      dialog.close();
      path = [];
      return;
    }
    const shown = dialog.open && next.join(" ") === path.join(" ");
    [path, linked] = [next, history.state.linked];
    if (!shown) show();
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

  const isWhy = (id) => part(id) !== null && part(id).classList.contains("why");

  document.addEventListener("click", (event) => {
    if (event.target === dialog) leave(); // the shade beside the panel
    const link = event.target.closest("a");
    const address = link ? link.getAttribute("href") || "" : "";
    if (!address.startsWith("#") || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const id = fragment(address);
    quiet = false;
    if (link.id === "why-place" || !isWhy(id)) {
      dialog.close();
      unfold(id);
      return;
    }
    event.preventDefault();
    down(id);
  });
  part("why-close").addEventListener("click", leave);
  part("why-back").addEventListener("click", () => up(1));
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); leave(); }); // Escape
  window.addEventListener("popstate", follow);
  window.addEventListener("hashchange", () => {
    if (!quiet && !dialog.open) unfold(fragment(location.hash));
    quiet = false;
  });

  // Without this script everything stands open, so that links work.
  for (const kind of document.querySelectorAll("details.kind")) kind.open = false;
  if (window.matchMedia("(max-width: 63.99rem)").matches) document.querySelector(".contents details").open = false;
  if (location.hash) {
    const id = fragment(location.hash);
    unfold(id);
    if (isWhy(id)) {
      if (!history.state || !history.state.path) history.replaceState({ path: [id], linked: true }, "");
      follow();
    }
  }
})();
