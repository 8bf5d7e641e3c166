// Three steps on one page: one section in view, its heading in focus, and the browser's Back goes one step back.
import { fill, form, place, value } from "./fields.js";
import { onPlace } from "./place.js";
import { element, say } from "./words.js";

export const ORDER = ["where", "what", "send"];
const SECTIONS = { text: "what", category: "what", photos: "send", email: "send", website: "send" };
const summary = document.getElementById("problems");
const shown = new Set();
let current = value("step") || "where";

export function step() {
  return current;
}

export function onShow(heard) {
  shown.add(heard);
}

function section(name) {
  return document.getElementById(`step-${name}`);
}

export function show(name, quietly) {
  current = name;
  fill("step", name);
  ORDER.forEach((one) => { section(one).hidden = one !== name; });
  document.querySelectorAll("#steps [data-mark]").forEach((mark) => {
    if (mark.dataset.mark === name) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  });
  shown.forEach((heard) => heard(name));
  if (quietly) return;
  form.scrollIntoView();
  section(name).querySelector("h2").focus({ preventScroll: true });
}

export function go(name) {
  if (name === current) return;
  history.pushState({ step: name }, "");
  show(name);
}

// Forward only past what the step needs.
export function next() {
  const found = missing(current);
  problems(found);
  const then = ORDER[ORDER.indexOf(current) + 1];
  if (!Object.keys(found).length && then) go(then);
}

// Whether places stand to be chosen from.
function offered() {
  const list = document.getElementById("search-list");
  return Boolean(list && !list.hidden);
}

export function missing(name) {
  const found = {};
  if (name === "where" && !place()) found.place = say(offered() ? "place_unchosen" : "place_missing");
  if (name === "what" && !value("text").trim()) found.text = say("text_missing");
  if (name === "what" && !value("category")) found.category = say("category_missing");
  if (name === "send" && form.elements.email.validity.typeMismatch) found.email = say("email_wrong");
  return found;
}

function sectionOf(name) {
  if (["place", "found", "address", "precision"].includes(name)) return "where";
  return SECTIONS[name] || "what";
}

// The element a problem leads to: the field, the first of a group, the search for a place.
function target(name) {
  if (name === "place") return form.elements.search;
  const field = form.elements[name];
  if (!field) return section(sectionOf(name)).querySelector("h2");
  return field instanceof RadioNodeList ? field[0] : field;
}

// Problems by field, in words: beside each field, and together on top. The earliest section with one comes into view.
export function problems(found) {
  const names = Object.keys(found);
  form.querySelectorAll("[id^=problem-]").forEach((spot) => {
    const name = spot.id.slice(8);
    spot.textContent = found[name] || "";
    spot.hidden = !found[name];
    const field = name === "place" ? null : document.getElementById(name);
    if (field && found[name]) field.setAttribute("aria-invalid", "true");
    else if (field) field.removeAttribute("aria-invalid");
  });
  summary.hidden = !names.length;
  summary.querySelector("ul").replaceChildren(...names.map((name) => element("li", { "data-problem": name }, link(name, found[name]))));
  if (!names.length) return;
  const first = ORDER.find((one) => names.some((name) => sectionOf(name) === one));
  if (first !== current) go(first);
  summary.scrollIntoView();
  summary.focus({ preventScroll: true });
}

// What is mended leaves the summary at once; the last one takes it along.
function mended(name) {
  summary.querySelectorAll(`[data-problem="${name}"]`).forEach((line) => line.remove());
  if (!summary.querySelector("li")) summary.hidden = true;
}

function link(name, said) {
  const made = element("a", { href: `#${target(name).id}` }, said);
  made.addEventListener("click", (event) => {
    event.preventDefault();
    if (sectionOf(name) !== current) go(sectionOf(name));
    target(name).focus();
  });
  return made;
}

export function start() {
  history.replaceState({ step: current }, "");
  addEventListener("popstate", ({ state }) => { if (state && state.step) show(state.step); });
  form.addEventListener("input", ({ target: field }) => {
    const spot = document.getElementById(`problem-${field.name}`);
    if (!spot || spot.hidden) return;
    spot.hidden = true;
    field.removeAttribute("aria-invalid");
    mended(field.name);
  });
  onPlace(() => { if (place()) mended("place"); });
}
