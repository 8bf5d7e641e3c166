// Draw an area: press its corners, or move under the cross-hair and press Enter. The corners always stand in the text
// field too, which is what is sent; whoever writes there sees the area change.

import { map, read } from "./map.js";

const words = JSON.parse(document.getElementById("draw-words").textContent);
const box = document.getElementById("map");
const field = document.getElementById("id_area");
const buttons = document.getElementById("draw-buttons");
const details = document.getElementById("corners");

const MOST = 100;
let corners = written();

// Over the names of places: what is being drawn is never hidden.
map.createPane("drawn").style.zIndex = 640;
const onTop = { pane: "drawn", renderer: L.svg({ pane: "drawn" }), interactive: false };
const shape = L.polygon([], { ...onTop, className: "drawn", smoothFactor: 0 }).addTo(map);
const signs = L.layerGroup().addTo(map);

// What stands in the text field, as corners; lines that are none are left alone until they are.
function written() {
  return field.value.split("\n").map((line) => line.split(",").map(Number))
    .filter((numbers) => numbers.length === 2 && numbers.every(Number.isFinite) && Math.abs(numbers[1]) <= 90);
}

function draw() {
  const points = corners.map(([lng, lat]) => [lat, lng]);
  shape.setLatLngs(points);
  signs.clearLayers();
  points.forEach((point) => {
    signs.addLayer(L.circleMarker(point, { ...onTop, className: "drawn-corner", radius: 6 }));
  });
}

function add({ lng, lat }) {
  if (corners.length >= MOST) return read(words.most);
  const corner = [Number(lng.toFixed(6)), Number(lat.toFixed(6))];
  const last = corners[corners.length - 1];
  if (last && last[0] === corner[0] && last[1] === corner[1]) return undefined;
  corners.push(corner);
  return keep();
}

function back() {
  corners.pop();
  keep();
}

function keep() {
  field.value = corners.map(([lng, lat]) => `${lng}, ${lat}`).join("\n");
  draw();
  tell();
}

const plurals = new Intl.PluralRules(document.documentElement.lang);

function tell() {
  const n = corners.length;
  const count = words.corners[plurals.select(n)].replace("%(n)s", String(n));
  if (!n) read(words.none);
  else if (n < 3) read(count);
  else read(words.area.replace("%(corners)s", count).replace("%(km2)s", said(km2())));
}

// About as large as that: a plane with its own scale for both directions does, for words.
function km2() {
  const perLat = 111.2;
  const perLng = perLat * Math.cos((corners[0][1] * Math.PI) / 180);
  const twice = corners.reduce((sum, [lng, lat], i) => {
    const [nextLng, nextLat] = corners[(i + 1) % corners.length];
    return sum + (lng * nextLat - nextLng * lat);
  }, 0);
  return (Math.abs(twice) / 2) * perLat * perLng;
}

function said(number) {
  return number.toLocaleString(document.documentElement.lang, { maximumFractionDigits: number < 1 ? 2 : 1 });
}

function finish() {
  if (corners.length < 3) {
    read(words.few);
    box.focus();
    return;
  }
  read(words.done);
  const next = document.querySelector(".subjects summary");
  next.focus();
  next.scrollIntoView({ block: "center" });
}

// Here a press sets a corner; on other pages it moves the map.
map.off("click");
map.on("click", (event) => add(event.latlng));
map.doubleClickZoom.disable();

// The arrows move at once, so that Enter sets the corner where the cross-hair is seen to be.
const STEP = 40;
const keys = {
  ArrowLeft: () => move(-STEP, 0),
  ArrowRight: () => move(STEP, 0),
  ArrowUp: () => move(0, -STEP),
  ArrowDown: () => move(0, STEP),
  Enter: () => add(map.getCenter()),
  Backspace: back,
};

function move(x, y) {
  map.panBy([x, y], { animate: false });
}

box.addEventListener("keydown", (event) => {
  if (event.target !== box || !keys[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  keys[event.key]();
}, { capture: true });
document.getElementById("draw-back").addEventListener("click", back);
document.getElementById("draw-finish").addEventListener("click", finish);
field.addEventListener("input", () => { corners = written(); draw(); });

buttons.hidden = false;
if (!field.hasAttribute("aria-invalid")) details.open = false;
draw();
if (corners.length > 2) map.fitBounds(shape.getBounds(), { animate: false, padding: [32, 32] });
tell();
