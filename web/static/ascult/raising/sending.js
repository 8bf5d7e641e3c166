// How a report leaves this device: once, however many tabs are open, and gone from here only when the city has it.
// The page and the service worker share this file.
import { all, change, get, put, remove } from "./store.js";

const RETRY_S = [5, 30, 120, 600, 3600];
const POST_LIMIT_MS = 15000;
const PHOTO_LIMIT_MS = 120000;
const LOCK = "ascult-sending";

// States of a report: draft, waiting, sending, sent, failed. Of a photo: waiting, sent, refused.

export function pauseMs(tries, random) {
  const seconds = RETRY_S[Math.min(Math.max(tries, 1), RETRY_S.length) - 1];
  return seconds * 1000 * (0.8 + 0.4 * random);
}

// Only one tab or worker sends at a time; where the browser has no locks, the time in the record stands for one.
export function exclusively(task, patient) {
  if (!navigator.locks) return task();
  return navigator.locks.request(LOCK, patient ? {} : { ifAvailable: true }, (lock) => (lock ? task() : null));
}

async function limited(address, options, limitMs) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limitMs);
  try {
    const answer = await fetch(address, { ...options, signal: stop.signal, redirect: "error" });
    const kind = answer.headers.get("Content-Type") || "";
    const body = kind.includes("json") ? await answer.json() : null;
    const later = Number(answer.headers.get("Retry-After")) || 0;
    return { status: answer.status, body: body || {}, understood: Boolean(body), later };
  } catch (problem) {
    return { status: 0, body: {}, understood: false, later: 0 };
  } finally {
    clearTimeout(timer);
  }
}

function claimed(record, now) {
  if (record.state === "waiting") return { ...record, state: "sending", since: now };
  const stale = Boolean(navigator.locks) || now - record.since > POST_LIMIT_MS + 5000;
  return record.state === "sending" && stale ? { ...record, since: now } : null;
}

// Asking again would bring the same answer.
function final(status) {
  return status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
}

// What becomes of a report after an answer. Strangers on the way (a hotel's log-in page) answer too: only the city's
// own JSON counts as an answer.
export function after(record, answer, now, random) {
  const { status, body } = answer;
  if (answer.understood && (status === 200 || status === 201) && body.mine) {
    return { ...record, state: "sent", fields: [], receipt: body, tries: 0, next: 0, problem: null, challenge: null };
  }
  if (status === 429) {
    const next = now + (Number(body.retry_after) || answer.later || 60) * 1000;
    const challenge = body.challenge ? { text: body.challenge, bits: body.bits } : null;
    return { ...record, state: "waiting", challenge, next, problem: { status, message: body.message || "" } };
  }
  if (answer.understood && final(status)) {
    return { ...record, state: "failed", problem: { status, message: body.message || "", fields: body.problems || {} } };
  }
  const tries = record.tries + 1;
  const next = now + Math.max(pauseMs(tries, random), 1000 * (Number(body.retry_after) || answer.later));
  return { ...record, state: "waiting", tries, next, challenge: null, problem: { status, message: body.message || "" } };
}

async function post(record, told) {
  told(record);
  const answer = await limited(record.action, {
    method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(record.fields),
  }, POST_LIMIT_MS);
  const became = after(record, answer, Date.now(), Math.random());
  await put("reports", became);
  told(became);
  return became;
}

// A transfer that can say how far it is; a service worker has none and needs none.
function transfer(address, photo, heard) {
  const headers = { Accept: "application/json", "Content-Type": photo.blob.type || "application/octet-stream" };
  if (typeof XMLHttpRequest === "undefined") return limited(address, { method: "PUT", headers, body: photo.blob }, PHOTO_LIMIT_MS);
  return new Promise((resolve) => {
    const asked = new XMLHttpRequest();
    const answer = (status, body) => resolve({ status, body: body || {}, understood: Boolean(body), later: 0 });
    asked.open("PUT", address);
    Object.keys(headers).forEach((name) => asked.setRequestHeader(name, headers[name]));
    asked.timeout = PHOTO_LIMIT_MS;
    asked.responseType = "json";
    asked.upload.onprogress = (event) => { if (event.lengthComputable) heard(event.loaded / event.total); };
    asked.onload = () => answer(asked.status, asked.response);
    asked.onerror = asked.ontimeout = asked.onabort = () => answer(0, null);
    asked.send(photo.blob);
  });
}

export function afterPhoto(photo, answer, now, random) {
  const { status, body } = answer;
  if (answer.understood && (status === 200 || status === 201)) return { ...photo, state: "sent", blob: null };
  if (status === 413 || (answer.understood && final(status))) return { ...photo, state: "refused", message: body.message || "" };
  const tries = photo.tries + 1;
  return { ...photo, tries, next: now + Math.max(pauseMs(tries, random), 1000 * (Number(body.retry_after) || answer.later)) };
}

async function sendPhoto(record, photo, told) {
  told(record, photo, 0);
  const heard = (share) => told(record, photo, share);
  const answer = await transfer(`${record.receipt.photos}${photo.key}/`, photo, heard);
  const became = afterPhoto(photo, answer, Date.now(), Math.random());
  await put("photos", became);
  told(record, became, became.state === "sent" ? 1 : undefined);
}

export async function photosOf(key) {
  const photos = await all("photos");
  return photos.filter((photo) => photo.report === key).sort((a, b) => a.place - b.place);
}

async function sendPhotos(record, eager, told) {
  for (const photo of await photosOf(record.key)) {
    if (photo.state === "waiting" && (eager || photo.next <= Date.now())) await sendPhoto(record, photo, told);
  }
  await settle(record.key);
}

// A report leaves the device once the reporter has seen its number and every photo is settled.
export async function settle(key) {
  const record = await get("reports", key);
  const open = (await photosOf(key)).some((photo) => photo.state === "waiting");
  if (record && record.state === "sent" && record.seen && !open) await forget(key);
}

export async function forget(key) {
  for (const photo of await photosOf(key)) await remove("photos", photo.key);
  await remove("reports", key);
}

// One report, then its photos; those not yet due wait, unless `eager`.
export async function deliver(key, eager, told) {
  const claim = await change("reports", key, (held) => claimed(held, Date.now()));
  const record = claim ? await post(claim, told) : await get("reports", key);
  if (record && record.state === "sent") await sendPhotos(record, eager, told);
}

// Everything that is due; with `eager` everything that waits.
export async function deliverAll(eager, told) {
  for (const { key, due } of await unsettled()) {
    if (eager || due <= Date.now()) await deliver(key, eager, told);
  }
}

// What is still to be sent, reports and photos of sent reports, and when each is due (ms since 1970).
export async function unsettled() {
  const photos = (await all("photos")).filter((photo) => photo.state === "waiting");
  const found = [];
  for (const { key, state, next, since } of await all("reports")) {
    const own = photos.filter((photo) => photo.report === key);
    if (state === "waiting") found.push({ key, due: next });
    if (state === "sending") found.push({ key, due: since + POST_LIMIT_MS });
    if (state === "sent" && own.length) found.push({ key, due: Math.min(...own.map((photo) => photo.next)) });
  }
  return found;
}
