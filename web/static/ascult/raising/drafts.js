// What is being written is kept on this device: every two seconds when it changed, and when the page is left. Its key
// is born with it and stays the same until the city has the report.
import { laidBy, layBy, pickUp } from "./laid_by.js";
import { all, change, get, put, store } from "./store.js";
import { forget } from "./sending.js";
import { form, pairs, value } from "./fields.js";
import { step } from "./steps.js";
import { say, uuid } from "./words.js";

const EVERY_MS = 2000;
const OLDEST_MS = 30 * 24 * 3600 * 1000;
const LET_GO_MS = 2000;
const LOCK = "ascult-draft-";
const said = document.getElementById("draft-said");
const watched = new Set();
let key = "";
let timer = 0;
let changed = false;
let release = () => undefined;

export function draftKey() {
  return key;
}

// While this page has a draft, other tabs do not offer it.
function hold() {
  release();
  if (!navigator.locks) return;
  const whileOpen = () => new Promise((resolve) => { release = resolve; });
  navigator.locks.request(LOCK + key, { ifAvailable: true }, (lock) => lock && whileOpen());
}

export function begin(given) {
  key = given || uuid();
  changed = false;
  said.textContent = "";
  form.elements.key.value = key;
  hold();
}

export function touched() {
  if (!key) return; // the report has left the form
  changed = true;
  if (!timer) timer = setTimeout(save, EVERY_MS);
}

function worth() {
  const written = ["text", "lng", "address", "email"].some((name) => value(name).trim());
  return written || Boolean(document.querySelector("#photo-list li"));
}

function draft() {
  return { key, state: "draft", fields: pairs(), step: step(), at: Date.now() };
}

export async function save() {
  clearTimeout(timer);
  timer = 0;
  if (!changed) return;
  changed = false;
  if (!worth() && !(await get("reports", key))) return;
  const record = draft();
  await put("reports", record);
  if (store.lasting) pickUp(record.key);
  said.textContent = say(store.lasting ? "draft_kept" : "draft_memory");
}

// The browser may end a page before its database has written: the draft is also laid by where writing ends at once.
function saveNow() {
  if (changed && worth()) layBy(draft());
  save();
}

// The draft becomes a report that waits to be sent.
export async function leave() {
  clearTimeout(timer);
  timer = 0;
  changed = false;
  const own = key;
  key = "";
  const fields = [...pairs(), ["key", own], ["step", "send"], ["website", value("website")], ["go", "finish"]];
  const record = {
    key: own, state: "waiting", action: form.action, fields, at: Date.now(), tries: 0, next: 0, problem: null, challenge: null,
  };
  await put("reports", record);
  pickUp(own);
  return record;
}

// A report that could not be sent is a draft again.
export function back(of) {
  return change("reports", of, (held) => ({ ...held, state: "draft", step: "send", challenge: null }));
}

// Whether no tab has a draft open. A page just left may take a moment to let go.
async function free(of) {
  if (!navigator.locks) return true;
  const patience = new AbortController();
  setTimeout(() => patience.abort(), LET_GO_MS);
  return navigator.locks.request(LOCK + of, { signal: patience.signal }, () => true).catch(() => false);
}

// A draft another page had open is offered when that page closes, unless something is being written here by then.
function watch(of, closed) {
  if (watched.has(of)) return;
  watched.add(of);
  navigator.locks.request(LOCK + of, () => watched.delete(of)).then(() => { if (key && !worth()) closed(); });
}

// What a page laid by as it was left goes where drafts are kept, unless the report has gone on since.
async function gather() {
  for (const record of laidBy()) {
    const held = await get("reports", record.key);
    if (!held || (held.state === "draft" && held.at < record.at)) await put("reports", record);
    pickUp(record.key);
  }
}

// Drafts of this device that no tab has open, newest first; those of a month ago are thrown away.
export async function others(closed) {
  await gather();
  const drafts = (await all("reports")).filter((record) => record.state === "draft" && record.key !== key);
  const freed = await Promise.all(drafts.map((record) => free(record.key)));
  drafts.filter((record, i) => !freed[i]).forEach((record) => watch(record.key, closed));
  const left = drafts.filter((record, i) => freed[i]).sort((a, b) => b.at - a.at);
  for (const old of left.filter((record) => record.at < Date.now() - OLDEST_MS)) await forget(old.key);
  return left.filter((record) => record.at >= Date.now() - OLDEST_MS);
}

export function start() {
  begin();
  ["input", "change"].forEach((name) => form.addEventListener(name, touched));
  addEventListener("pagehide", saveNow);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") saveNow(); });
}
