// The list of the desk by keyboard: single letters, while they are switched on and nobody writes. Without this script
// everything works by Tab, Enter and forms.
const KEPT = "ascult-desk-keys";
const cases = [...document.querySelectorAll(".case")];
const links = cases.map((row) => row.querySelector(".case-link"));
const help = document.getElementById("keys");
const on = document.getElementById("keys-on");
const filters = document.getElementById("desk-filters");
const chosen = document.getElementById("chosen");
const all = document.getElementById("choose-all");
let at = -1;

for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;

function kept() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch (problem) {
    console.debug("nothing is kept here:", problem);
    return true;
  }
}

function keep(value) {
  try {
    localStorage.setItem(KEPT, value ? "on" : "off");
  } catch (problem) {
    console.debug("nothing is kept here:", problem);
  }
}

on.checked = kept();
on.addEventListener("change", () => keep(on.checked));

// --- where one is -----------------------------------------------------------------------------------------------------

cases.forEach((row, i) => row.addEventListener("focusin", () => { at = i; }));

function go(to) {
  if (!cases.length) return;
  at = Math.min(cases.length - 1, Math.max(0, to));
  links[at].focus();
  cases[at].scrollIntoView({ block: "nearest" });
}

function box(i) {
  return cases[i].querySelector("input[name=issue]");
}

function count() {
  const n = cases.filter((_, i) => box(i).checked).length;
  chosen.textContent = n ? chosen.dataset.said.replace("[n]", n) : "";
  return n;
}

// What is done with the chosen ones is done with the one in hand where none is chosen.
function withChosen(act) {
  if (!cases.length) return;
  if (!count() && at >= 0) box(at).checked = true;
  if (!count()) return;
  act();
}

function open(id, field) {
  const part = document.getElementById(id);
  if (!part) return;
  withChosen(() => {
    part.open = true;
    document.getElementById(field).focus();
  });
}

const KEYS = {
  j: () => go(at + 1),
  ArrowDown: () => go(at + 1),
  k: () => go(at - 1),
  ArrowUp: () => go(at - 1),
  x: () => { if (at < 0) go(0); else { box(at).click(); links[at].focus(); } },
  a: () => open("bulk-assign", "bulk-department"),
  r: () => open("bulk-answer", "bulk-to"),
  s: () => withChosen(() => document.getElementById("bulk-sheet").click()),
  f: () => { filters.open = true; filters.querySelector("input, select").focus(); },
  "/": () => { filters.open = true; document.getElementById("id_q").focus(); },
  m: () => { if (at >= 0) document.dispatchEvent(new CustomEvent("desk:show", { detail: cases[at].id.replace("case-", "") })); },
  n: () => document.getElementById("page-next")?.click(),
  "?": () => { help.open = !help.open; if (help.open) help.querySelector("summary").focus(); },
};

function writes(element) {
  return element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], .map, .map *");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.activeElement.closest("details[open]");
    if (open && !open.closest(".case")) open.open = false;
    go(Math.max(at, 0));
    return;
  }
  if (!on.checked || event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
  const act = KEYS[event.key];
  if (!act) return;
  // The arrows scroll the page until somebody works in the list.
  if (event.key.startsWith("Arrow") && !event.target.closest(".case")) return;
  event.preventDefault();
  act();
});

if (all) {
  all.addEventListener("click", () => {
    const every = cases.every((_, i) => box(i).checked);
    cases.forEach((_, i) => { box(i).checked = !every; });
    count();
  });
  document.getElementById("bulk").addEventListener("change", count);
  count();
}
document.getElementById("done")?.focus();
