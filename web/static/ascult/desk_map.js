// The map beside the list: the same filters, the most urgent first; each sign leads to its row, or to its page.
import { map, read, speaks, words } from "./map.js";

const form = document.getElementById("filters");
const status = document.getElementById("map-said");
const legend = document.getElementById("legend");
const ways = document.getElementById("map-links");
const SVG = "http://www.w3.org/2000/svg";
const REACH_PX = 60;
// A standing has a shape of its own, so that it shows without its colour.
const SHAPES = {
  "late-legal": "M12 1.5 23 21.5H1Z",
  "late-target": "M12 2 22 12 12 22 2 12Z",
  near: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18Zm0 5a4 4 0 1 1 0 8a4 4 0 1 1 0-8Z",
  "on-time": "M12 6a6 6 0 1 0 0 12a6 6 0 1 0 0-12Z",
  closed: "M5 5h14v14H5Z",
  several: "M12 1.5a10.5 10.5 0 1 0 0 21a10.5 10.5 0 1 0 0-21Z",
};
const markers = new Map();
let drawn = false;
let wanted = "";

function sign(mark) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "sign");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", `mark mark-${mark}`);
  path.setAttribute("d", SHAPES[mark]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

function offer(issues) {
  ways.replaceChildren(...issues.map(({ number, url, text }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const row = document.getElementById(`case-${number}`);
    link.href = row ? `#case-${number}` : url;
    link.textContent = text;
    if (row) link.addEventListener("click", (event) => { event.preventDefault(); row.querySelector(".case-link").focus(); });
    item.append(link);
    return item;
  }));
  ways.hidden = !issues.length;
}

function pin({ geometry, properties }) {
  const element = document.createElement("span");
  element.className = `pin pin-${properties.mark}`;
  element.append(sign(properties.mark));
  if (properties.n > 1) {
    const count = document.createElement("b");
    count.textContent = properties.n;
    element.append(count);
  }
  const at = L.latLng(geometry.coordinates[1], geometry.coordinates[0]);
  const marker = L.marker(at, { icon: L.divIcon({ className: "pin-at", html: element, iconSize: [44, 44] }), keyboard: false, riseOnHover: true });
  speaks(marker, properties.text, () => offer(properties.issues), (middle) => {
    const off = map.latLngToLayerPoint(at).distanceTo(map.latLngToLayerPoint(middle));
    return off <= REACH_PX ? off : null;
  });
  properties.issues.forEach(({ number }) => markers.set(number, { marker, properties, at, element }));
  return marker;
}

async function draw() {
  const answer = await fetch(`${form.dataset.source}?${new URLSearchParams(location.search)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${form.dataset.source}: ${answer.status}`);
  const found = await answer.json();
  const pins = L.featureGroup(found.features.map(pin)).addTo(map);
  legend.replaceChildren(...found.legend.map(({ mark, text }) => {
    const item = document.createElement("li");
    item.append(sign(mark), ` ${text}`);
    return item;
  }));
  status.textContent = found.said;
  drawn = true;
  if (wanted) show(wanted);
  else if (found.features.length) map.fitBounds(pins.getBounds(), { animate: false, maxZoom: 16, padding: [32, 32] });
}

function show(number) {
  if (!drawn) { wanted = number; return; }
  const held = markers.get(number);
  if (!held) { read(words.empty); return; }
  document.querySelectorAll(".pin.here").forEach((other) => other.classList.remove("here"));
  held.element.classList.add("here");
  map.setView(held.at, Math.max(map.getZoom(), 16), { animate: false });
  read(held.properties.text);
  offer(held.properties.issues);
}

document.addEventListener("desk:show", ({ detail }) => show(detail));

draw().catch((problem) => { console.warn(problem); status.textContent = words.failed; });
