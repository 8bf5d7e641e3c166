// Map and list in step: what is pointed at in one is lit in the other.
import { map, name, onTop, part, speaks } from "./map.js";

const features = JSON.parse(document.getElementById("map-features").textContent).features;
const shapes = new Map();

function rowOf(id) {
  return document.querySelector(`[data-place="${CSS.escape(id)}"]`);
}

function light(id, on) {
  const row = rowOf(id);
  const shape = shapes.get(id);
  if (row) row.classList.toggle("lit", on);
  if (shape) shape.getElement()?.classList.toggle("lit", on);
}

let lit = null;

function choose(id) {
  if (lit) light(lit, false);
  lit = id;
  light(id, true);
}

function draw(feature) {
  const own = feature.properties;
  const ground = own.kind === "cell" || own.kind === "area";
  const kind = ground ? `${own.kind} ${own.withheld ? "withheld" : `step-${own.step}`}` : own.kind;
  const place = ground ? {} : onTop;
  if (!ground) L.geoJSON(feature, { ...place, interactive: false, smoothFactor: 0, style: { className: "casing" } }).addTo(map);
  const layer = L.geoJSON(feature, { ...place, interactive: ground, smoothFactor: 0, style: { className: kind } }).addTo(map).getLayers()[0];
  shapes.set(own.id, layer);
  if (ground) {
    speaks(layer, own.text, () => { choose(own.id); rowOf(own.id)?.scrollIntoView({ block: "nearest" }); });
    layer.on("mouseover", () => light(own.id, true)).on("mouseout", () => { if (lit !== own.id) light(own.id, false); });
  }
  if (own.name) { const at = layer.getBounds().getCenter(); name(own.name, [at.lng, at.lat]); }
}

// Numbers and letters; those that would cover one another share a badge until the map is closer.
const REACH_PX = 30;
let marks = [];

function joined(labels) {
  return labels.length > 4 ? `${labels.slice(0, 3).join(", ")} +${labels.length - 3}` : labels.join(", ");
}

// A hot spot wears its number in the middle, a cluster its letter on its northern edge.
function place({ id, kind }) {
  const bounds = shapes.get(id).getBounds();
  const middle = bounds.getCenter();
  return kind === "clusters" ? L.latLng(bounds.getNorth(), middle.lng) : middle;
}

function badges() {
  marks.forEach((mark) => mark.remove());
  const spots = [];
  features.filter((f) => f.properties.label).forEach(({ properties }) => {
    const at = place(properties);
    const point = map.latLngToLayerPoint(at);
    const near = spots.find((s) => s.kind === properties.kind && s.point.distanceTo(point) < REACH_PX);
    if (near) near.own.push(properties);
    else spots.push({ at, point, kind: properties.kind, own: [properties] });
  });
  marks = spots.map(badge);
}

function badge({ at, kind, own }) {
  const span = document.createElement("span");
  span.className = kind === "clusters" ? "badge badge-cluster" : "badge";
  span.textContent = joined(own.map((p) => p.label));
  const icon = L.divIcon({ className: "map-badge", html: span, iconSize: [0, 0] });
  const mark = L.marker(at, { icon, keyboard: false, riseOnHover: true }).addTo(map);
  mark.bindTooltip(() => {
    const said = document.createElement("span");
    said.textContent = own.map((p) => p.text).join("\n");
    return said;
  }, { direction: "top", offset: [0, -12], opacity: 1 });
  return mark.on("click", () => { choose(own[0].id); rowOf(own[0].id)?.scrollIntoView({ block: "nearest" }); });
}

features.forEach(draw);
badges();
map.on("zoomend", badges);
part();

document.querySelectorAll("[data-place]").forEach((row) => {
  const id = row.dataset.place;
  if (!shapes.has(id)) return;
  row.addEventListener("pointerenter", () => light(id, true));
  row.addEventListener("pointerleave", () => { if (lit !== id) light(id, false); });
  row.addEventListener("focusin", () => choose(id));
});
