// An address or a street, searched for while one writes: a combobox whose first answer Enter takes.
import { fill, form, value } from "./fields.js";
import { choose } from "./place.js";
import { element, say } from "./words.js";

const PAUSE_MS = 300;
const LEAST = 2;
const LONGEST = 100;
const field = document.getElementById("search");
const said = document.getElementById("found-said");
const list = element("ul", {
  id: "search-list", className: "options", role: "listbox", hidden: true, "aria-label": say("search_label"),
});
let entries = [];
let active = -1;
let timer = 0;
let asking = null;

function close() {
  list.hidden = true;
  active = -1;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function point(index) {
  active = index;
  [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
  if (index < 0) field.removeAttribute("aria-activedescendant");
  else {
    field.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  }
}

function take(entry) {
  field.value = entry.label;
  fill("searched", entry.label);
  said.textContent = "";
  close();
  choose(entry);
}

// The first is marked already: Enter takes it.
function offer(found) {
  entries = found;
  list.replaceChildren(...found.map((entry, i) => {
    const option = element("li", { id: `search-option-${i}`, role: "option", "aria-selected": "false" }, entry.label);
    option.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    option.addEventListener("click", () => take(entry));
    return option;
  }));
  list.hidden = !found.length;
  field.setAttribute("aria-expanded", String(found.length > 0));
  if (found.length) point(0);
  else close();
  said.textContent = found.length ? say("search_found", { n: found.length }) : say("search_nothing");
}

export async function ask(text) {
  clearTimeout(timer);
  if (asking) asking.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(`${form.dataset.addresses}?q=${encodeURIComponent(text.slice(0, LONGEST))}`, {
      headers: { Accept: "application/json" }, signal: asking.signal,
    });
    if (!answer.ok) throw new Error(`addresses: ${answer.status}`);
    offer((await answer.json()).results);
  } catch (problem) {
    if (problem.name === "AbortError") return;
    close();
    said.textContent = say("search_failed");
  }
}

function typed() {
  clearTimeout(timer);
  const text = field.value.trim();
  if (text.length >= LEAST) {
    timer = setTimeout(() => ask(text), PAUSE_MS);
    return;
  }
  if (asking) asking.abort();
  entries = [];
  close();
  said.textContent = "";
}

function pressed(event) {
  const open = !list.hidden;
  if (event.key === "Enter") {
    event.preventDefault();
    if (open) take(entries[active]);
    else if (field.value.trim() && field.value !== value("searched")) ask(field.value.trim());
  }
  if (!open) return;
  if (event.key === "Escape") close();
  if (event.key === "ArrowDown") point((active + 1) % entries.length);
  if (event.key === "ArrowUp") point((active + entries.length - 1) % entries.length);
  if (event.key.startsWith("Arrow") && !/Left|Right/.test(event.key)) event.preventDefault();
}

// Somebody who wrote an address and went on without choosing: the only answer is taken, else they choose.
export async function settle() {
  const text = field.value.trim();
  if (!text || text === value("searched")) return;
  await ask(text);
  if (entries.length === 1 && !list.hidden) take(entries[0]);
}

export function start() {
  field.type = "text"; // a search field may not be a combobox
  Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })
    .forEach(([name, text]) => field.setAttribute(name, text));
  field.parentElement.after(list);
  field.addEventListener("input", typed);
  field.addEventListener("keydown", pressed);
  field.addEventListener("blur", close);
  field.addEventListener("focus", () => { if (entries.length && field.value !== value("searched")) offer(entries); });
}
