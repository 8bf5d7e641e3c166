// The map: tap it, or move it under the cross-hair and press the button or Enter; drag the pin. Leaflet comes only when
// the map is about to be seen, so that the other ways are there first.
import { place } from "./fields.js";
import { bounds, inCity, name, none, onPlace, point } from "./place.js";
import { element, given, say, still } from "./words.js";

const box = document.getElementById("pick");
const CLOSE_ZOOM = box.dataset.tiles ? 16 : 14;
const STEP_PX = 64;
const MOST_ZOOM = Number(box.dataset.maxZoom);
let map = null;
let pin = null;
let said = null;
let byKey = false;

function asset(made) {
  return new Promise((resolve, reject) => {
    made.onload = () => resolve();
    made.onerror = () => reject(new Error(made.src || made.href));
    document.head.append(made);
  });
}

// Styles first: Leaflet measures what it draws.
async function library() {
  await Promise.all([
    ...given.map_styles.map((href) => asset(element("link", { rel: "stylesheet", href }))),
    asset(element("script", { src: given.leaflet })),
  ]);
}

async function open() {
  said.textContent = say("map_comes");
  try {
    await library();
    draw();
    said.textContent = "";
  } catch (problem) {
    console.warn(problem);
    frame.hidden = true;
    said.textContent = say("map_failed");
  }
}

const frame = element("div", { className: "pick-frame" });
const ground = element("div", {
  className: "map pick-map", role: "application", "aria-label": say("map_label"), "aria-describedby": "pick-keys", tabIndex: 0,
});

function button(word, act, more) {
  const made = element("button", { type: "button", className: "quiet", ...more }, say(word));
  made.addEventListener("click", act);
  return made;
}

function arrow(sign, word, x, y) {
  const made = element("button", { type: "button", className: "quiet pan", "aria-label": say(word) }, sign);
  made.addEventListener("click", () => { if (map) pan(x, y, 2); });
  return made;
}

function build() {
  const keys = element("p", { className: "pick-keys", id: "pick-keys" }, say("map_keys"));
  said = element("p", { className: "note pick-said", role: "status" });
  const pans = element("div", { className: "pans", role: "group", "aria-label": say("map_move") },
    arrow("←", "map_west", -1, 0), arrow("↑", "map_north", 0, -1), arrow("↓", "map_south", 0, 1), arrow("→", "map_east", 1, 0));
  const cross = element("div", { className: "cross", "aria-hidden": "true" });
  frame.append(ground, cross, keys);
  box.append(frame, element("div", { className: "pick-row" }, button("map_here", dropMiddle, { id: "pick-here" }), pans), said);
}

function draw() {
  const [west, south, east, north] = bounds;
  const [lng, lat] = box.dataset.centre.split(",").map(Number);
  map = L.map(ground, {
    zoomControl: false, minZoom: 10, maxZoom: MOST_ZOOM, keyboard: false, scrollWheelZoom: false,
    zoomAnimation: !still, fadeAnimation: !still, inertia: !still, maxBounds: [[south - 0.1, west - 0.1], [north + 0.1, east + 0.1]],
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: say("map_closer"), zoomOutTitle: say("map_further") }).addTo(map);
  if (box.dataset.tiles) {
    ground.classList.add("has-tiles");
    L.tileLayer(box.dataset.tiles, {
      attribution: box.dataset.attribution, maxZoom: MOST_ZOOM, referrerPolicy: "strict-origin-when-cross-origin",
    }).addTo(map);
  }
  const at = place();
  if (at) map.setView([at.lat, at.lng], CLOSE_ZOOM);
  else map.setView([lat, lng], box.dataset.tiles ? 13 : 12);
  ground.addEventListener("keydown", pressed);
  // The wheel belongs to the page until somebody works with the map.
  ["pointerdown", "focusin"].forEach((name) => ground.addEventListener(name, () => map.scrollWheelZoom.enable()));
  ["pointerleave", "focusout"].forEach((name) => ground.addEventListener(name, () => map.scrollWheelZoom.disable()));
  map.on("click", ({ latlng }) => drop(latlng));
  map.on("moveend", stopped);
  map.on("move zoom", covered);
  show(at);
  onPlace(show);
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(ground);
  outlines().catch((problem) => console.warn(problem));
}

function drop({ lng, lat }) {
  byKey = false;
  if (!point({ lng, lat })) said.textContent = say("outside");
  else said.textContent = "";
}

function dropMiddle() {
  if (map) drop(map.getCenter());
}

// The cross steps aside while the pin stands in the middle.
function covered() {
  const off = pin && map.latLngToContainerPoint(pin.getLatLng()).distanceTo(map.getSize().divideBy(2));
  frame.classList.toggle("on-pin", Boolean(pin) && off < 8);
}

// The pin stands where the report is, whichever way it was said.
function show(at) {
  if (!at) {
    if (pin) pin.remove();
    pin = null;
    covered();
    return;
  }
  if (!pin) {
    const icon = L.divIcon({ className: "pin", html: element("span", {}), iconSize: [44, 44], iconAnchor: [22, 44] });
    pin = L.marker([at.lat, at.lng], { icon, draggable: true, keyboard: false, autoPan: true }).addTo(map);
    pin.on("dragend", () => drop(pin.getLatLng()));
  }
  pin.setLatLng([at.lat, at.lng]);
  const near = map.getZoom() >= CLOSE_ZOOM && map.getBounds().pad(-0.1).contains(pin.getLatLng());
  if (!near) map.setView(pin.getLatLng(), Math.max(map.getZoom(), CLOSE_ZOOM), { animate: !still });
  covered();
}

const KEYS = {
  ArrowLeft: () => pan(-1, 0), ArrowRight: () => pan(1, 0), ArrowUp: () => pan(0, -1), ArrowDown: () => pan(0, 1),
  "+": () => zoom(1), "=": () => zoom(1), "-": () => zoom(-1), Enter: dropMiddle, " ": dropMiddle, Escape: takeAway,
};

// Keys move at once: an animation would swallow the next press.
function pan(x, y, steps) {
  byKey = true;
  map.panBy([x * STEP_PX * (steps || 1), y * STEP_PX * (steps || 1)], { animate: false });
}

function zoom(by) {
  byKey = true;
  map.setZoom(map.getZoom() + by, { animate: false });
}

function takeAway() {
  if (!place()) return;
  none();
  said.textContent = say("map_removed");
}

function pressed(event) {
  const act = KEYS[event.key];
  if (!act || event.target !== ground || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
}

// Whoever moves the map by keys or buttons hears what lies in the middle.
function stopped() {
  if (!byKey) return;
  const middle = map.getCenter();
  if (!inCity(middle)) {
    said.textContent = say("outside");
    return;
  }
  name(middle, (words) => {
    said.textContent = say("map_middle", { place: words || say("place_unnamed") });
  }, (problem) => console.debug("no name:", problem));
}

async function outlines() {
  const answer = await fetch(given.areas, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${given.areas}: ${answer.status}`);
  const areas = await answer.json();
  ["border-casing", "border"].forEach((className) => {
    L.geoJSON(areas, { interactive: false, smoothFactor: 0, style: { className } }).addTo(map);
  });
  const names = areas.features.map(({ properties }) => {
    const icon = L.divIcon({ className: "place-name", html: element("span", {}, properties.name), iconSize: [0, 0] });
    return L.marker([properties.at[1], properties.at[0]], { icon, interactive: false, keyboard: false, zIndexOffset: -500 }).addTo(map);
  });
  map.on("zoomend moveend", () => part(names));
  part(names);
}

// Names that would cover one another step aside until the map is closer.
function part(names) {
  const taken = [];
  names.map((marker) => marker.getElement()).forEach((made) => {
    const own = made.firstChild.getBoundingClientRect();
    const free = !taken.some((t) => own.left < t.right && own.right > t.left && own.top < t.bottom && own.bottom > t.top);
    made.classList.toggle("hidden", !free);
    if (free) taken.push(own);
  });
}

// Where data is dear the map comes when asked for; else when it is about to be seen.
export function start() {
  document.getElementById("way-map").hidden = false;
  if (navigator.connection && navigator.connection.saveData) {
    const ask = button("map_show", () => { ask.remove(); build(); open(); ground.focus(); }, { id: "pick-show" });
    box.append(ask);
    return;
  }
  build();
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    watch.disconnect();
    open();
  }, { rootMargin: "200px" });
  const wait = () => watch.observe(box);
  if (document.readyState === "complete") wait();
  else addEventListener("load", wait);
}
