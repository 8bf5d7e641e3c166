// The streets of a neighbourhood, taken from the server's own page, and the place of the one chosen.
import { form, value } from "./fields.js";
import { choose } from "./place.js";
import { say } from "./words.js";

const PAUSE_MS = 400;
const said = document.getElementById("streets-said");
let timer = 0;
let waiting = "";
let asking = null;
let taking = Promise.resolve();

// What the server would show after a press of this button.
async function page(go, more) {
  if (asking) asking.abort();
  asking = new AbortController();
  const kept = ["key", "area", "address", "named"].map((name) => [name, value(name)]);
  const fields = { step: "where", ...Object.fromEntries(kept), ...more, go };
  const answer = await fetch(form.action, {
    method: "POST", headers: { Accept: "text/html" }, body: new URLSearchParams(fields), signal: asking.signal,
  });
  if (answer.status !== 200) throw new Error(`${go}: ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function guarded(task) {
  try {
    await task();
  } catch (problem) {
    if (problem.name !== "AbortError") said.textContent = say("streets_failed");
  }
}

export function show() {
  const list = document.getElementById("street-list");
  if (!value("area")) {
    list.hidden = true;
    said.textContent = "";
    return undefined;
  }
  return guarded(async () => {
    const shown = await page("streets", {});
    const found = shown.getElementById("street-list");
    found.querySelectorAll("input").forEach((radio) => { radio.checked = false; });
    list.replaceWith(document.importNode(found, true));
    const n = found.querySelectorAll("input").length;
    said.textContent = shown.getElementById("streets-said").textContent || say("streets_found", { n });
  });
}

function take(found) {
  return guarded(async () => {
    const shown = (await page("what", { found })).getElementById("raise").elements;
    choose({
      lng: Number(shown.lng.value), lat: Number(shown.lat.value), precision: shown.precision.value,
      label: shown.place.value, address: shown.named.value,
    });
    said.textContent = "";
  });
}

function takeNow() {
  clearTimeout(timer);
  if (waiting) taking = take(waiting);
  waiting = "";
}

// The place of the street chosen last is known.
export function settled() {
  takeNow();
  return taking;
}

export function start() {
  const area = document.getElementById("area");
  if (area) area.addEventListener("change", show);
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "found") return;
    clearTimeout(timer);
    waiting = target.value;
    timer = setTimeout(takeNow, PAUSE_MS); // arrow keys pass through the list
  });
}
