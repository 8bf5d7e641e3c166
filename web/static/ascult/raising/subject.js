// What it is about: a search among the subjects, one suggested from the words, its questions, and reports like it.
import { fill, form, place, value } from "./fields.js";
import { onPlace } from "./place.js";
import { element, folded, say } from "./words.js";

const PAUSE_MS = 600;
const LEAST_LETTERS = 15;
const FEW_LEFT = 200;
const search = document.getElementById("category-search");
const suggestion = document.getElementById("suggestion");
const similar = document.getElementById("similar");
const left = document.getElementById("text-left");
const radios = [...form.querySelectorAll("input[name=category]")];
let timer = 0;
let asking = null;
let asked = "";
let offered = "[]";

export function chosenName() {
  const chosen = radios.find((radio) => radio.checked);
  return chosen ? nameOf(chosen) : "";
}

function nameOf(radio) {
  return radio.closest("label").textContent.trim();
}

// --- questions, hints and facts of the subject chosen -------------------------------------------------------------

function showFor(selector, key, chosen) {
  form.querySelectorAll(selector).forEach((made) => { made.hidden = made.dataset[key] !== chosen; });
}

// A question may wait for the answer to one before it.
function showQuestions(chosen) {
  form.querySelectorAll("[data-when]").forEach((made) => {
    const before = `answer-${made.closest("[data-questions]").dataset.questions}-${made.dataset.when}`;
    made.hidden = value(before) !== made.dataset.whenIs;
  });
  fill("asked", chosen);
}

function show() {
  const chosen = value("category");
  showFor("[data-questions]", "questions", chosen);
  showFor("[data-hint]", "hint", chosen);
  showFor("[data-facts]", "facts", chosen);
  showQuestions(chosen);
  if (chosen) suggest(null);
}

// --- search among the subjects ------------------------------------------------------------------------------------

function filter() {
  const wanted = folded(search.value).split(/\s+/).filter(Boolean);
  radios.forEach((radio) => {
    const name = folded(nameOf(radio));
    radio.closest("li").hidden = !radio.checked && !wanted.every((word) => name.includes(word));
  });
}

function choose(radio) {
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function enter(event) {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const shown = radios.filter((radio) => !radio.closest("li").hidden);
  if (shown.length !== 1) return;
  choose(shown[0]);
  shown[0].focus();
}

// --- what the city suggests -----------------------------------------------------------------------------------------

// A choice somebody has made stands.
function suggest(found) {
  const radio = found && !value("category") && radios.find((one) => one.value === found.slug);
  radios.forEach((one) => one.closest("label").classList.toggle("suggested", one === radio));
  if (!radio) {
    suggestion.replaceChildren();
    return;
  }
  const button = element("button", { type: "button", className: "quiet" }, say("suggestion_take", { name: found.name }));
  button.addEventListener("click", () => {
    choose(radio);
    radio.focus();
  });
  suggestion.replaceChildren(element("p", {}, say("suggestion", { said: found.said })), button);
}

async function post(address, body) {
  const answer = await fetch(address, {
    method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(body), signal: asking.signal,
  });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

function alike(found) {
  const same = JSON.stringify(found);
  if (same === offered) return;
  offered = same;
  if (!found.length) {
    similar.replaceChildren();
    return;
  }
  const items = found.map((one) => {
    const number = element("span", { className: "aside" }, `: ${one.number}`);
    const link = element("a", { className: "button quiet", href: `${one.url}#follow` }, say("similar_follow"), number);
    return element("li", {}, element("p", {}, element("strong", {}, one.title), " ", element("small", {}, one.note)), link);
  });
  similar.replaceChildren(
    element("h3", {}, say("similar_title")),
    element("p", { className: "note" }, say("similar_why")),
    element("ul", { className: "similar-list" }, ...items),
  );
}

// Advice never stands in the way: without an answer there is none.
async function advise() {
  const text = value("text").trim();
  const category = value("category");
  const at = place();
  const question = JSON.stringify([text, category, at]);
  if (text.length < LEAST_LETTERS || question === asked) return;
  asked = question;
  if (asking) asking.abort();
  asking = new AbortController();
  try {
    if (!category && form.dataset.suggestion) suggest(await post(form.dataset.suggestion, { text }));
    if (at && form.dataset.similar) alike((await post(form.dataset.similar, { text, category, ...at })).similar);
  } catch (problem) {
    if (problem.name !== "AbortError") console.debug("no advice:", problem);
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(advise, PAUSE_MS);
}

function typed() {
  const letters = form.elements.text.maxLength - value("text").length;
  left.textContent = letters < FEW_LEFT ? say("letters_left", { n: letters }) : "";
  soon();
}

export function again() {
  show();
  if (search) {
    search.value = "";
    filter();
  }
  suggest(null);
  alike([]);
  asked = "";
  soon();
}

export function start() {
  search.closest("[data-script]").hidden = false;
  search.addEventListener("input", filter);
  search.addEventListener("keydown", enter);
  form.elements.text.addEventListener("input", typed);
  form.addEventListener("change", ({ target }) => {
    if (target.name === "category") { show(); soon(); } else if (target.name.startsWith("answer-")) showQuestions(value("category"));
  });
  onPlace(soon);
  show();
}
