// On every page: a report that waits on this device goes on. The rest is loaded only where something waits.
let waits = false;
try {
  waits = localStorage.getItem("ascult-waiting") !== null;
} catch (problem) {
  console.debug("nothing is kept here:", problem);
}
if (waits) import("./raising/waiting.js").then((waiting) => waiting.start());
