// Counts of the hexagons in view, asked anew whenever the view or the question changes.
import { map, speaks, words } from "./map.js";

const box = document.getElementById("map");
const form = document.getElementById("filters");
const legend = document.getElementById("legend");
const status = document.getElementById("map-said");
let drawn = null;
let running = null;

// Hexagons of about the same size on the screen at every distance.
function resolution() {
  const zoom = map.getZoom();
  return zoom < 13 ? 8 : zoom < 15 ? 9 : 10;
}

function question() {
  const asked = new URLSearchParams();
  new FormData(form).forEach((value, name) => { if (value) asked.set(name, value); });
  const view = map.getBounds();
  asked.set("res", resolution());
  asked.set("bbox", [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((v) => v.toFixed(5)).join(","));
  return `${box.dataset.source}?${asked}`;
}

function draw(answer) {
  const next = L.geoJSON(answer, {
    smoothFactor: 0,
    style: (feature) => ({ className: `cell step-${feature.properties.step}` }),
    onEachFeature: (feature, layer) => speaks(layer, feature.properties.text),
  });
  if (drawn) drawn.remove();
  drawn = next.addTo(map);
  explain(answer.legend);
  status.textContent = answer.said;
}

const SVG = "http://www.w3.org/2000/svg";

function explain(entries) {
  legend.replaceChildren(...entries.map(({ step, text }) => {
    const item = document.createElement("li");
    const sign = document.createElementNS(SVG, "svg");
    sign.setAttribute("viewBox", "0 0 24 24");
    sign.setAttribute("class", "sign");
    sign.setAttribute("aria-hidden", "true");
    const hexagon = document.createElementNS(SVG, "path");
    hexagon.setAttribute("class", `cell step-${step}`);
    hexagon.setAttribute("d", "M12 2.5 20.2 7.2V16.8L12 21.5 3.8 16.8V7.2Z");
    sign.append(hexagon);
    item.append(sign, ` ${text}`);
    return item;
  }));
}

async function count() {
  if (running) running.abort();
  running = new AbortController();
  const late = setTimeout(() => { status.textContent = words.counting; }, 400);
  try {
    const answer = await fetch(question(), { signal: running.signal, headers: { Accept: "application/json" } });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.problem);
    draw(body);
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
