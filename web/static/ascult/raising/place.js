// The place of the report: chosen in one of four ways, kept in the form's hidden fields, said in words.
import { fill, form, place, value } from "./fields.js";
import { folded, say } from "./words.js";

const PAUSE_MS = 500;
const FAR_M = 150;
const out = document.getElementById("place-said");
const heard = new Set();
let namedAt = null;
let asking = null;
let asked = 0;

export function onPlace(listener) {
  heard.add(listener);
}

function told() {
  const problem = document.getElementById("problem-place");
  if (place()) problem.hidden = true;
  heard.forEach((listener) => listener(place()));
}

function put({ lng, lat }, precision, said) {
  fill("lng", lng.toFixed(6));
  fill("lat", lat.toFixed(6));
  fill("precision", precision);
  fill("place", said);
  out.textContent = said;
}

export const bounds = document.getElementById("pick").dataset.bounds.split(",").map(Number);

export function inCity({ lng, lat }) {
  const [west, south, east, north] = bounds;
  return west <= lng && lng <= east && south <= lat && lat <= north;
}

// An entry of the city's list of streets: its name also begins the words about the place.
export function choose(entry) {
  stop();
  put(entry, entry.precision, entry.label);
  fill("address", withName(value("address").trim(), entry.address, value("named")));
  fill("named", entry.address);
  namedAt = place();
  told();
}

function withoutName(address, before) {
  return before && address.startsWith(before) ? address.slice(before.length).replace(/^[ ,]+/, "") : address;
}

function withName(address, name, before) {
  const rest = withoutName(address, before);
  if (!rest) return name;
  return folded(rest).includes(folded(name)) ? rest : `${name}, ${rest}`;
}

// A point of the map or of the device. The name of an address chosen before goes when the point is far from it.
export function point(at) {
  stop();
  if (!inCity(at)) {
    sayOutside();
    return false;
  }
  put(at, "point", "");
  out.textContent = say("place_asked");
  if (namedAt && distanceM(namedAt, at) > FAR_M) {
    fill("address", withoutName(value("address").trim(), value("named")));
    fill("named", "");
    namedAt = null;
  }
  told();
  name(at, (said) => {
    fill("place", said);
    out.textContent = said || say("place_unnamed");
    told();
  }, () => { out.textContent = say("place_unnamed"); });
  return true;
}

function sayOutside() {
  out.textContent = say("outside");
}

export function none() {
  stop();
  ["lng", "lat", "place"].forEach((field) => fill(field, ""));
  out.textContent = "";
  told();
}

export function again() {
  out.textContent = value("place") || (place() ? say("place_unnamed") : "");
  told();
}

// "Strada Mare 5, by the school, Fabric": the words about the place, then the area.
export function inOneLine() {
  const [address, said, named] = ["address", "place", "named"].map((field) => value(field).trim());
  const area = said.split(", ").pop();
  if (named && address.startsWith(named)) return area && area !== said ? `${address}, ${area}` : address;
  return [address, said || say("place_unnamed")].filter(Boolean).join(" · ");
}

function stop() {
  if (asking) asking.abort();
  asking = null;
}

// Where a point is, in words; asked at most twice a second, and the newest question alone is answered.
export function name(at, known, unknown) {
  stop();
  const mine = new AbortController();
  asking = mine;
  const pauseMs = Math.max(0, asked + PAUSE_MS - Date.now());
  setTimeout(async () => {
    if (mine.signal.aborted) return;
    asked = Date.now();
    try {
      const answer = await fetch(`${form.dataset.place}?lng=${at.lng.toFixed(6)}&lat=${at.lat.toFixed(6)}`, {
        headers: { Accept: "application/json" }, signal: mine.signal,
      });
      if (!answer.ok) throw new Error(`place: ${answer.status}`);
      known((await answer.json()).said);
    } catch (problem) {
      if (problem.name !== "AbortError") unknown(problem);
    }
  }, pauseMs);
}

export function distanceM(a, b) {
  const north = (a.lat - b.lat) * 111200;
  const east = (a.lng - b.lng) * 111200 * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}
