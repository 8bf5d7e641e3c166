// The end of the form: the report is laid by on this device, sent, and what becomes of it is said.
import { all, get, put, remove, store } from "./store.js";
import { forget, photosOf } from "./sending.js";
import { listen, send } from "./waiting.js";
import { beginning, form } from "./fields.js";
import { back, draftKey, leave } from "./drafts.js";
import { going, show as showPhotos } from "./photos.js";
import { problems } from "./steps.js";
import { element, percent, say, uuid } from "./words.js";

const panel = element("section", { className: "sending", id: "sending", hidden: true });
const title = element("h2", { tabIndex: -1 });
const words = element("p", { className: "lead", role: "status" });
const bar = element("progress", { max: 1, value: 0, hidden: true, "aria-label": say("work_title") });
const pictures = element("ul", { className: "photo-list" });
const buttons = element("p", { className: "go" });
const waiting = document.getElementById("waiting");
let own = "";
let acts = { reopen: () => undefined, afresh: () => undefined };

function button(word, act, kind) {
  const made = element("button", { type: "button", className: kind || "quiet" }, say(word));
  made.addEventListener("click", act);
  return made;
}

function screen(heading, text, ...actions) {
  const fresh = title.textContent !== heading;
  const at = document.activeElement;
  const free = !at || at === document.body || panel.contains(at) || form.contains(at);
  title.textContent = heading;
  words.textContent = text;
  bar.hidden = true;
  buttons.replaceChildren(...actions);
  form.hidden = true;
  panel.hidden = false;
  if (fresh && free) title.focus();
}

// --- what becomes of it -----------------------------------------------------------------------------------------

function waits(record) {
  const told = record.problem && record.problem.message;
  const why = told || say(navigator.onLine ? "waits_server" : "waits_line");
  const how = say(store.lasting ? "waits_alone" : "waits_open");
  screen(say("waits_title"), `${why} ${how}`,
    button("send_now", () => send(own), "primary"), button("reopen", () => reopen(own)), button("another", () => acts.afresh()));
}

function works(share, stop) {
  if (bar.hidden) screen(say("work_title"), say("work_why"), button("work_stop", stop));
  bar.hidden = false;
  bar.value = share;
  bar.setAttribute("aria-valuetext", `${percent(share)} %`);
}

function fails(record) {
  const { status, message, fields } = record.problem;
  if (status === 422) {
    reopen(record.key).then(() => problems(fields));
    return;
  }
  const used = status === 409 || status === 410;
  screen(say("fails_title"), message || say("fails_why", { status }),
    used ? button("as_another", () => asAnother(record), "primary") : button("reopen", () => reopen(record.key), "primary"),
    button("throw_away", () => forget(record.key).then(() => acts.afresh())));
}

async function arrived(record) {
  const photos = await photosOf(record.key);
  const left = photos.filter((photo) => photo.state === "waiting");
  const refused = photos.filter((photo) => photo.state === "refused");
  if (!left.length && !refused.length) {
    location.assign(thanks(record));
    return;
  }
  const done = say("photos_done", { n: photos.length - left.length - refused.length, of: photos.length });
  const link = element("a", { className: "button primary", href: thanks(record) }, say("to_report"));
  screen(say("sent_title"), `${say("sent_number", { number: record.receipt.number })} ${done}`, link);
}

function thanks(record) {
  return `${record.receipt.mine}?new=1`;
}

async function heard(record, { photo, share, stop }) {
  if (record.key === own && !panel.hidden) {
    if (photo) going(photo, share);
    if (photo && photo.state !== "waiting" && record.state === "sent") await arrived(record);
    else if (stop) works(share, stop);
    else if (!photo) became(record);
  }
  if (!stop && (!photo || photo.state !== "waiting")) await count();
}

function became(record) {
  if (record.state === "sending") screen(say("sending_title"), say("sending_why"));
  if (record.state === "waiting" && (!record.challenge || record.stopped)) waits(record);
  if (record.state === "failed") fails(record);
  if (record.state === "sent") arrived(record);
  if (record.state === "gone") acts.afresh(); // another tab has shown its number
}

// --- again, or otherwise ----------------------------------------------------------------------------------------

async function reopen(key) {
  const record = await back(key);
  if (!record) return;
  hide();
  await acts.reopen(record);
  await count();
}

// A key stands for one report: what was written since goes under a new one.
async function asAnother(record) {
  const key = uuid();
  const fields = record.fields.map(([name, text]) => (name === "key" ? [name, key] : [name, text]));
  for (const photo of await photosOf(record.key)) await put("photos", { ...photo, report: key });
  await put("reports", { ...record, key, fields, state: "waiting", tries: 0, next: 0, problem: null });
  await remove("reports", record.key);
  own = key;
  await send(key);
}

export function hide() {
  own = "";
  panel.hidden = true;
  form.hidden = false;
}

// --- what else waits on this device -----------------------------------------------------------------------------

export async function count() {
  const records = (await all("reports")).filter((record) => record.state !== "draft");
  const waits = records.filter(({ key, state, problem }) => state === "waiting" && (key !== own || problem));
  const lines = [];
  const others = waits.filter(({ key }) => key !== own);
  if (waits.length) lines.push(element("p", {}, say("waiting", { n: waits.length })));
  if (others.length) lines[0].append(" ", button("send_now", () => others.forEach(({ key }) => send(key))));
  records.filter(({ key, state, seen }) => state === "sent" && !seen && key !== own).forEach((record) => {
    lines.push(element("p", {}, say("was_sent"), " ", element("a", { href: thanks(record) }, record.receipt.number)));
  });
  records.filter(({ key, state }) => state === "failed" && key !== own).forEach((record) => {
    const said = say("not_sent", { text: beginning(record) });
    lines.push(element("p", {}, said, " ", record.problem.message, " ", button("reopen", () => reopen(record.key))));
  });
  waiting.replaceChildren(...lines);
}

export async function finish() {
  if (own) return; // pressed twice
  own = draftKey();
  const record = await leave();
  await showPhotos(pictures, own, true);
  screen(say("sending_title"), say("sending_why"));
  await send(own);
  const after = await get("reports", own);
  if (after && after.state === "sent") await arrived(after);
}

export function start(actions) {
  acts = actions;
  panel.append(title, words, bar, pictures, buttons);
  form.before(panel);
  listen(heard);
  // Back from the report's own page to a page the browser has kept: that report is gone from here.
  addEventListener("pageshow", ({ persisted }) => { if (persisted && own) acts.afresh(); });
  return count();
}
