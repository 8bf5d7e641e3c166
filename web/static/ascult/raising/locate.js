// "Use my location": asked of the device on a press, and never otherwise.
import { point } from "./place.js";
import { say } from "./words.js";

const LIMIT_MS = 15000;
const ROUGH_M = 100;
const WHY = { 1: "locate_refused", 2: "locate_unknown", 3: "locate_slow" };

export function start() {
  const button = document.getElementById("locate");
  const said = document.getElementById("locate-said");
  if (!navigator.geolocation) return;
  document.getElementById("way-location").hidden = false;
  button.addEventListener("click", () => {
    said.textContent = say("locating");
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const metres = Math.max(1, Math.round(coords.accuracy));
      const taken = point({ lng: coords.longitude, lat: coords.latitude });
      if (!taken) said.textContent = say("outside");
      else said.textContent = say(metres > ROUGH_M ? "located_roughly" : "located", { metres });
    }, ({ code }) => {
      said.textContent = say(WHY[code] || "locate_unknown");
    }, { enableHighAccuracy: true, timeout: LIMIT_MS, maximumAge: 30000 });
  });
}
