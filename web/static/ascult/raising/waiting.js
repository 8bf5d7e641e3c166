// Reports that wait go on by themselves: at once when a page opens or the connection returns, then ever more patiently.
import { all, change, get, put } from "./store.js";
import { deliver, deliverAll, exclusively, settle, unsettled } from "./sending.js";

const SIGN = "ascult-waiting";
const SYNC = "ascult-reports";
const MOST_ROUNDS = 3;
const SHORTEST_MS = 2000;
const LONGEST_MS = 3600000;
const WITHOUT_WORK_MS = 600000;

const listeners = new Set();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("ascult");
let timer = 0;
let started = false;

// `heard(record, more)`: more.photo and more.share (0 to 1) while a photo goes up; more.share and more.stop() while
// this device works for its report.
export function listen(heard) {
  listeners.add(heard);
}

function tellHere(record, more) {
  listeners.forEach((heard) => heard(record, more || {}));
}

export function tell(record, photo, share) {
  tellHere(record, { photo, share });
  if (channel && (!photo || photo.state !== "waiting")) channel.postMessage({ key: record.key });
}

if (channel) {
  channel.onmessage = async ({ data }) => {
    tellHere((await get("reports", data.key)) || { key: data.key, state: "gone" });
    if (started) await plan();
  };
}

// A small sign outside the database, so that other pages need not open it to learn that nothing waits.
function sign(on) {
  try {
    if (on) localStorage.setItem(SIGN, "1");
    else localStorage.removeItem(SIGN);
  } catch (problem) {
    console.debug("no sign kept:", problem);
  }
}

async function askWorker() {
  const worker = navigator.serviceWorker && (await navigator.serviceWorker.getRegistration());
  if (worker && worker.sync) await worker.sync.register(SYNC).catch((problem) => console.debug("no sending behind:", problem));
}

async function plan() {
  clearTimeout(timer);
  const left = await unsettled();
  const unseen = (await all("reports")).some((record) => record.state === "sent" && !record.seen);
  sign(unseen || left.length > 0);
  if (!left.length) return;
  const pauseMs = Math.min(...left.map(({ due }) => due)) - Date.now();
  timer = setTimeout(() => run(false), Math.min(Math.max(pauseMs, SHORTEST_MS), LONGEST_MS));
  await askWorker();
}

// Everything that is due; with `eager` everything that waits.
export async function run(eager) {
  clearTimeout(timer);
  await exclusively(() => deliverAll(eager, tell));
  for (const { key } of await unsettled()) await insist(key);
  await plan();
}

// One report, at once: somebody has pressed the button.
export async function send(key) {
  await change("reports", key, (held) => ({ ...held, stopped: false }));
  await exclusively(() => deliver(key, true, tell), true);
  await insist(key);
  await plan();
}

// Where the city asks this device for a sum, it does the sum and sends again.
async function insist(key) {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const record = await get("reports", key);
    if (!record || record.state !== "waiting" || !record.challenge || record.stopped) return;
    if (!(await worked(record))) return;
    await exclusively(() => deliver(key, true, tell), true);
  }
}

async function worked(record) {
  const stopped = new AbortController();
  const heard = (share) => tellHere(record, { share, stop: () => stopped.abort() });
  heard(0);
  try {
    const { solve } = await import("./work.js");
    const work = await solve(record.challenge, heard, stopped.signal);
    const fields = [...record.fields.filter(([name]) => name !== "work"), ["work", work]];
    await put("reports", { ...record, challenge: null, next: 0, fields });
    return true;
  } catch (problem) {
    const left = { ...record, stopped: true, next: Date.now() + WITHOUT_WORK_MS };
    await put("reports", left);
    tell(left);
    console.debug("no work done:", problem);
    return false;
  }
}

// On a report's own page its number and link are seen: this device need keep them no longer.
async function seeHere() {
  for (const { key, state, receipt } of await all("reports")) {
    if (state !== "sent" || !location.pathname.includes(receipt.mine.split("/").slice(-2)[0])) continue;
    await change("reports", key, (held) => ({ ...held, seen: true }));
    await settle(key);
  }
}

export async function start() {
  if (started) return;
  started = true;
  addEventListener("online", () => run(true));
  await seeHere();
  await run(true);
}
