// Beside the pages: keeps the report form openable without a line, and sends what waits when the line returns.
// Before this file stand KEPT (version, files, pages) and the modules that pages and worker share.
const CACHE = `ascult-${KEPT.version}`;
const FILE_LIMIT_MS = 3000;
const PAGE_LIMIT_MS = 6000;
const DAY_MS = 24 * 3600 * 1000;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.files.map((file) => new Request(file, { cache: "no-cache" })));
  await self.skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("ascult-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
  const open = await self.clients.matchAll({ type: "window" });
  const paths = new Set(open.map((client) => new URL(client.url).pathname).filter((path) => KEPT.pages.includes(path)));
  await Promise.all([...paths].map(keep));
}

// The empty form as anybody gets it, without cookies; renewed once a day.
async function keep(path) {
  const cache = await caches.open(CACHE);
  const held = await cache.match(path, { ignoreVary: true });
  if (held && Date.now() - Date.parse(held.headers.get("Date")) < DAY_MS) return;
  const fresh = await fetch(path, { credentials: "omit", cache: "no-store" });
  if (fresh.ok && !fresh.redirected) await cache.put(path, fresh);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (KEPT.files.includes(pathname)) event.respondWith(netFirst(request, pathname, FILE_LIMIT_MS));
  if (request.mode !== "navigate" || !KEPT.pages.includes(pathname)) return;
  event.respondWith(netFirst(request, pathname, PAGE_LIMIT_MS));
  event.waitUntil(keep(pathname).catch((problem) => console.debug("not kept:", problem)));
});

// The network's answer; what is kept where there is none, or none in time.
async function netFirst(request, path, limitMs) {
  const answer = fetch(request);
  answer.catch(() => undefined); // it may fail after the kept one was given
  const held = await caches.match(path, { ignoreVary: true });
  if (!held) return answer;
  const late = new Promise((resolve) => { setTimeout(() => resolve(held), limitMs); });
  try {
    const first = await Promise.race([answer, late]);
    return first.status === 502 || first.status === 504 ? held : first;
  } catch (problem) {
    return held;
  }
}

self.addEventListener("sync", (event) => {
  if (event.tag === "ascult-reports") event.waitUntil(sendBehind());
});

// Rejected, the browser comes back later.
async function sendBehind() {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("ascult");
  const told = (record, photo) => { if (channel && (!photo || photo.state !== "waiting")) channel.postMessage({ key: record.key }); };
  await exclusively(() => deliverAll(true, told), true);
  const left = await unsettled();
  if (channel) channel.close();
  if (left.length) throw new Error(`${left.length} still wait`);
}
