// One map for every page: it opens, draws outlines and names, and reads itself aloud. Text enters as text, never as HTML.

const box = document.getElementById("map");
export const words = JSON.parse(document.getElementById("map-words").textContent);

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const reader = document.getElementById("map-read");

function corners(text) {
  const [west, south, east, north] = text.split(",").map(Number);
  return [[south, west], [north, east]];
}

export const map = L.map(box, {
  zoomControl: false, zoomSnap: box.dataset.tiles ? 1 : 0.5, minZoom: 9, maxZoom: Number(box.dataset.maxZoom),
  zoomAnimation: !still, fadeAnimation: !still, inertia: !still, scrollWheelZoom: false,
});
map.attributionControl.setPrefix(false);
map.fitBounds(corners(box.dataset.bounds), { animate: false, padding: [16, 16] });
L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
L.control.scale({ imperial: false }).addTo(map);
if (box.dataset.tiles) {
  box.classList.add("has-tiles");
  L.tileLayer(box.dataset.tiles, {
    attribution: box.dataset.attribution, maxZoom: Number(box.dataset.maxZoom), referrerPolicy: "strict-origin-when-cross-origin",
  }).addTo(map);
}

// The wheel belongs to the page until somebody works with the map.
box.addEventListener("focusin", () => map.scrollWheelZoom.enable());
box.addEventListener("focusout", () => map.scrollWheelZoom.disable());

// --- reading -----------------------------------------------------------------------------------------------------

const spoken = new Set();

// A layer that says something when pressed, passed over, or in the middle when Enter is pressed. `far` gives how many
// pixels the middle is off what is drawn, nothing where it is too far; an outline holds it or does not.
export function speaks(layer, text, pressed, far = (middle) => (layer.getBounds().contains(middle) && inside(middle, layer) ? 0 : null)) {
  spoken.add(layer);
  layer.on("remove", () => spoken.delete(layer));
  layer.bindTooltip(() => plain(text), { sticky: true, direction: "top", opacity: 1 });
  layer.on("click", (event) => {
    L.DomEvent.stopPropagation(event);
    read(text);
    if (pressed) pressed();
  });
  layer.said = { text, pressed, far };
}

function plain(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span;
}

export function read(text) {
  reader.textContent = text.replace(/\n/g, " · ");
}

function inside(point, layer) {
  const rings = layer.getLatLngs().flat(layer.feature.geometry.type === "MultiPolygon" ? 1 : 0);
  return rings.reduce((held, ring) => held !== crosses(point, ring), false);
}

function crosses(point, ring) {
  let held = false;
  ring.forEach((a, i) => {
    const b = ring[(i + ring.length - 1) % ring.length];
    if (a.lat > point.lat !== b.lat > point.lat && point.lng < ((b.lng - a.lng) * (point.lat - a.lat)) / (b.lat - a.lat) + a.lng) held = !held;
  });
  return held;
}

box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== box) return;
  const middle = map.getCenter();
  const off = (layer) => layer.said.far(middle);
  const [hit] = [...spoken].reverse().filter((layer) => off(layer) !== null).sort((a, b) => off(a) - off(b));
  read(hit ? hit.said.text : words.empty);
  if (hit && hit.said.pressed) hit.said.pressed();
});

// Pressing a place brings it to the middle: whoever cannot drag can still move the map.
map.on("click", (event) => map.panTo(event.latlng, { animate: !still }));

// --- outlines and names -------------------------------------------------------------------------------------------

const names = [];

export function name(text, at, url) {
  const label = document.createElement(url ? "a" : "span");
  label.textContent = text;
  if (url) { label.href = url; label.tabIndex = -1; } // the list has the same link
  const icon = L.divIcon({ className: "place-name", html: label, iconSize: [0, 0] });
  names.push(L.marker([at[1], at[0]], { icon, interactive: false, keyboard: false, zIndexOffset: -500 }).addTo(map));
}

// Names that would cover one another step aside until the map is closer.
export function part() {
  const frame = box.getBoundingClientRect();
  const taken = [];
  names.forEach((marker) => {
    const element = marker.getElement();
    const own = element.firstChild.getBoundingClientRect();
    const free = own.left >= frame.left && own.right <= frame.right && !taken.some((t) =>
      own.left < t.right && own.right > t.left && own.top < t.bottom && own.bottom > t.top);
    element.classList.toggle("hidden", !free);
    if (free) taken.push(own);
  });
}
map.on("zoomend moveend", part);

map.createPane("over").style.zIndex = 450;
const over = L.svg({ pane: "over" });

export const onTop = { pane: "over", renderer: over };

async function outlines(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const areas = await answer.json();
  ["border-casing", "border"].forEach((className) => {
    L.geoJSON(areas, { ...onTop, interactive: false, smoothFactor: 0, style: { className } }).addTo(map);
  });
  areas.features.forEach(({ properties }) => name(properties.name, properties.at, properties.url));
  part();
}

if (box.dataset.areas) outlines(box.dataset.areas).catch((problem) => { console.warn(problem); read(words.failed); });

new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(box);
