// What is in view, asked anew whenever the view or the question changes: hexagons with their counts, near enough the
// issues themselves. Text enters as text, never as HTML.
import { map, speaks, words } from "./map.js";

const box = document.getElementById("map");
const form = document.getElementById("filters");
const legend = document.getElementById("legend");
const title = document.getElementById("legend-title");
const status = document.getElementById("map-said");
const links = document.getElementById("map-links");
const list = document.getElementById("map-list");
const target = document.body.dataset.target || "";
const FINEST = 10;
// The arrow keys move the map by 80 pixels: from one place or the next every pin is within reach.
const REACH_PX = 60;
let drawn = null;
let running = null;

// Hexagons of about the same size on the screen at every distance.
function resolution() {
  const zoom = map.getZoom();
  return zoom < 13 ? 8 : zoom < 15 ? 9 : FINEST;
}

function inView() {
  const view = map.getBounds();
  return [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((v) => v.toFixed(5)).join(",");
}

function question(view) {
  const asked = new URLSearchParams();
  new FormData(form).forEach((value, name) => { if (value) asked.set(name, value); });
  asked.set("res", resolution());
  asked.set("bbox", view);
  return `${box.dataset.source}?${asked}`;
}

// --- hexagons ------------------------------------------------------------------------------------------------------

function hexagons(answer) {
  return L.geoJSON(answer, {
    smoothFactor: 0,
    style: (feature) => ({ className: `cell step-${feature.properties.step}` }),
    onEachFeature: ({ properties }, layer) => speaks(layer, properties.text, () => {
      offer([{ url: `${answer.list}cell=${properties.cell}`, text: list.firstElementChild.dataset.view }]);
    }),
  });
}

// --- pins: a state has a shape of its own, so that it shows without its colour --------------------------------------

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  received: "M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16Z",
  in_progress: "M12 3 21 19.5H3Z",
  resolved: "M4.5 4.5h15v15h-15Z",
  refused: "M7 3 12 8l5-5 4 4-5 5 5 5-4 4-5-5-5 5-4-4 5-5-5-5Z",
  transferred: "M3 5h9l9 7-9 7H3Z",
  duplicate: "M12 2.5 21.5 12 12 21.5 2.5 12Z",
  several: "M12 1.5a10.5 10.5 0 1 0 0 21a10.5 10.5 0 1 0 0-21Z",
};

function sign(className, d) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "sign");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", className);
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}

function pin({ properties, geometry }) {
  const element = document.createElement("span");
  element.className = `pin pin-${properties.mark}`;
  element.append(sign(`mark mark-${properties.mark}`, SHAPES[properties.mark]));
  if (properties.n > 1) {
    const count = document.createElement("b");
    count.textContent = properties.n;
    element.append(count);
  }
  const at = L.latLng(geometry.coordinates[1], geometry.coordinates[0]);
  const icon = L.divIcon({ className: "pin-at", html: element, iconSize: [44, 44] });
  const marker = L.marker(at, { icon, keyboard: false, riseOnHover: true });
  speaks(marker, properties.text, () => {
    const one = properties.n === 1;
    offer(properties.issues.map(({ url, number, text }) => ({ url, text: `${title.dataset.issue} ${number}${one ? "" : `: ${text}`}` })));
  }, (middle) => {
    const off = map.latLngToLayerPoint(at).distanceTo(map.latLngToLayerPoint(middle));
    return off <= REACH_PX ? off : null;
  });
  return marker;
}

// --- what is said beside the map -----------------------------------------------------------------------------------

// The way from what was read to its page or its list: the next stop of the keyboard.
function offer(ways) {
  links.replaceChildren(...ways.map(({ url, text }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = url;
    link.textContent = text;
    if (target) { link.target = target; link.rel = "noopener"; }
    item.append(link);
    return item;
  }));
  links.hidden = !ways.length;
}

function explain({ pins, legend: entries }) {
  title.textContent = pins ? title.dataset.pins : title.dataset.cells;
  legend.replaceChildren(...entries.map(({ step, mark, text }) => {
    const item = document.createElement("li");
    const drawing = mark ? sign(`mark mark-${mark}`, SHAPES[mark])
      : sign(`cell step-${step}`, "M12 2.5 20.2 7.2V16.8L12 21.5 3.8 16.8V7.2Z");
    item.append(drawing, ` ${text}`);
    return item;
  }));
}

// The list of the same issues: those in view where the list can say so, else all.
function lead({ res, list: address }, view) {
  const link = list.firstElementChild;
  const near = res === FINEST;
  link.href = near ? `${address}bbox=${view}` : address.slice(0, -1);
  link.textContent = near ? link.dataset.view : link.dataset.all;
  list.hidden = false;
}

function draw(answer, view) {
  const next = answer.pins ? L.layerGroup(answer.features.map(pin)) : hexagons(answer);
  if (drawn) drawn.remove();
  drawn = next.addTo(map);
  offer([]);
  explain(answer);
  lead(answer, view);
  status.textContent = answer.said;
}

async function count() {
  if (running) running.abort();
  running = new AbortController();
  const view = inView();
  const late = setTimeout(() => { status.textContent = words.counting; }, 400);
  try {
    const answer = await fetch(question(view), { signal: running.signal, headers: { Accept: "application/json" } });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.problem);
    draw(body, view);
  } catch (problem) {
    if (problem.name === "AbortError") return;
    console.warn(problem);
    status.textContent = words.failed;
  } finally {
    clearTimeout(late);
  }
}

map.on("moveend", count);
form.addEventListener("change", count);
count();
