// The report form with a script: the same form as without, in one page, kept on the device, sent at the end.
import * as address from "./raising/address.js";
import * as drafts from "./raising/drafts.js";
import * as fields from "./raising/fields.js";
import * as finish from "./raising/finish.js";
import * as locate from "./raising/locate.js";
import { offer } from "./raising/offers.js";
import * as photos from "./raising/photos.js";
import * as place from "./raising/place.js";
import * as steps from "./raising/steps.js";
import * as streets from "./raising/streets.js";
import * as subject from "./raising/subject.js";
import * as waiting from "./raising/waiting.js";
import { given } from "./raising/words.js";

const { form } = fields;

// The summary of the last step, from what the form holds.
function sum() {
  document.getElementById("sum-place").textContent = place.inOneLine();
  document.getElementById("sum-text").textContent = fields.value("text").trim();
  document.getElementById("sum-category").textContent = subject.chosenName();
}

async function forward() {
  if (steps.step() === "where" && !fields.place()) await address.settle();
  if (steps.step() === "where") await streets.settled();
  steps.next();
}

async function finished() {
  await photos.ready();
  const wanting = steps.ORDER.map(steps.missing).find((found) => Object.keys(found).length);
  steps.problems(wanting || {});
  if (!wanting) await finish.finish();
}

const ACTS = {
  find: () => address.ask(fields.value("search").trim()),
  streets: () => streets.show(),
  swap: () => { place.point({ lng: Number(fields.value("lat")), lat: Number(fields.value("lng")) }); },
  finish: finished,
};

// A button names a section: the next one is reached by what this one needs, one before it just so.
function act(go) {
  if (ACTS[go]) return ACTS[go]();
  if (steps.ORDER.indexOf(go) > steps.ORDER.indexOf(steps.step())) return forward();
  return steps.go(go);
}

function resume(record) {
  drafts.begin(record.key);
  fields.clear();
  fields.restore(record.fields);
  place.again();
  subject.again();
  photos.refresh();
  steps.problems({});
  steps.show(record.step);
  drafts.touched();
}

function afresh() {
  finish.hide();
  drafts.begin();
  fields.clear();
  place.again();
  subject.again();
  photos.refresh();
  steps.show("where");
  offer(resume);
  finish.count();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=go]");
  if (!button || button.value === "lift") return;
  event.preventDefault();
  act(button.value);
});

// Enter in a field goes on; a browser would press the first button of the form.
form.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || event.defaultPrevented || field.tagName !== "INPUT" || field.type === "file") return;
  event.preventDefault();
  act(steps.step() === "send" ? "finish" : steps.ORDER[steps.ORDER.indexOf(steps.step()) + 1]);
});

const begun = fields.place();
drafts.start();
steps.onShow((name) => { if (name === "send") sum(); });
steps.start();
place.onPlace(drafts.touched);
photos.start(drafts.draftKey, drafts.touched);
address.start();
streets.start();
locate.start();
subject.start();
finish.start({ reopen: resume, afresh });
offer(resume);
waiting.start();
import("./raising/pick.js").then((pick) => pick.start());
if (begun && !fields.value("place")) place.point(begun);
if (begun || fields.value("text")) drafts.touched(); // begun without the script, or at a place of the map

if (navigator.serviceWorker) {
  addEventListener("load", () => navigator.serviceWorker.register(given.worker).catch((problem) => console.debug("no page offline:", problem)));
}
