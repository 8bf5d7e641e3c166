// What is being written is kept on this device: every two seconds when it changed, and when the page is left. Its key
// is born with it and stays the same until the city has the report.
import { all, change, get, put, store } from "./store.js";
import { forget } from "./sending.js";
import { form, pairs, value } from "./fields.js";
import { step } from "./steps.js";
import { say, uuid } from "./words.js";

const EVERY_MS = 2000;
const OLDEST_MS = 30 * 24 * 3600 * 1000;
const LOCK = "ascult-draft-";
const said = document.getElementById("draft-said");
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
  navigator.locks.request(LOCK + key, { ifAvailable: true }, (lock) => lock && new Promise((resolve) => { release = resolve; }));
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
  return ["text", "lng", "address", "email"].some((name) => value(name).trim()) || Boolean(document.querySelector("#photo-list li"));
}

export async function save() {
  clearTimeout(timer);
  timer = 0;
  if (!changed) return;
  changed = false;
  if (!worth() && !(await get("reports", key))) return;
  await put("reports", { key, state: "draft", fields: pairs(), step: step(), at: Date.now() });
  said.textContent = say(store.lasting ? "draft_kept" : "draft_memory");
}

// The draft becomes a report that waits to be sent.
export async function leave() {
  clearTimeout(timer);
  timer = 0;
  changed = false;
  const own = key;
  key = "";
  const fields = [...pairs(), ["key", own], ["step", "send"], ["website", value("website")], ["go", "finish"]];
  const record = { key: own, state: "waiting", action: form.action, fields, at: Date.now(), tries: 0, next: 0, problem: null, challenge: null };
  await put("reports", record);
  return record;
}

// A report that could not be sent is a draft again.
export function back(of) {
  return change("reports", of, (held) => ({ ...held, state: "draft", step: "send", challenge: null }));
}

async function held() {
  if (!navigator.locks || !navigator.locks.query) return new Set();
  const locks = await navigator.locks.query();
  return new Set(locks.held.map((lock) => lock.name));
}

// Drafts of this device that no tab has open, newest first; those of a month ago are thrown away.
export async function others() {
  const [records, elsewhere] = await Promise.all([all("reports"), held()]);
  const drafts = records.filter((record) => record.state === "draft" && record.key !== key && !elsewhere.has(LOCK + record.key));
  for (const old of drafts.filter((record) => record.at < Date.now() - OLDEST_MS)) await forget(old.key);
  return drafts.filter((record) => record.at >= Date.now() - OLDEST_MS).sort((a, b) => b.at - a.at);
}

export function start() {
  begin();
  ["input", "change"].forEach((name) => form.addEventListener(name, touched));
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
}
