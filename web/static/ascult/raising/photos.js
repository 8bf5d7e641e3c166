// Photos: made smaller on this device, kept with the draft, each sent under a name of its own.
import { all, put, remove } from "./store.js";
import { photosOf } from "./sending.js";
import { element, language, percent, say, uuid } from "./words.js";

const MOST = 5;
const LONGEST_PX = 2048;
const THUMB_PX = 160;
const QUALITY = 0.8;
const DAY_MS = 24 * 3600 * 1000;
const MOST_BYTES = 8 * 1024 * 1024;
const input = document.getElementById("photos");
const list = document.getElementById("photo-list");
const said = element("p", { className: "note", id: "photos-said", role: "status" });
let report = () => "";
let noticed = () => undefined;
let busy = Promise.resolve();

// --- smaller ----------------------------------------------------------------------------------------------------

function read(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

// The picture the right way up, as old and new browsers can.
async function picture(file) {
  if (typeof createImageBitmap === "function") {
    try {
      return await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch (problem) {
      console.debug("the plain way:", problem);
    }
  }
  const image = new Image();
  image.src = await read(file);
  await image.decode();
  return image;
}

function drawn(image, longest) {
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const canvas = element("canvas", {
    width: Math.max(1, Math.round(image.width * scale)), height: Math.max(1, Math.round(image.height * scale)),
  });
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// The file as it will be sent, and a small picture of it. What this browser cannot draw goes as it is.
export async function smaller(file) {
  try {
    const image = await picture(file);
    const canvas = drawn(image, LONGEST_PX);
    const thumb = drawn(canvas, THUMB_PX).toDataURL("image/jpeg", QUALITY);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (image.close) image.close();
    return { blob: blob || file, thumb };
  } catch (problem) {
    console.debug("sent as it is:", problem);
    return { blob: file, thumb: "" };
  }
}

// --- the list ---------------------------------------------------------------------------------------------------

function size(blob) {
  const mb = Math.max(0.1, blob.size / 1048576);
  return say("photo_size", { mb: mb.toLocaleString(language, { maximumFractionDigits: 1, minimumFractionDigits: 1 }) });
}

const STATES = {
  waiting: (photo) => (photo.tries ? say("photo_waits") : say("photo_ready", { size: size(photo.blob) })),
  sent: () => say("photo_sent"),
  refused: (photo) => `${say("photo_refused")} ${photo.message}`,
};

function row(photo, place, fixed) {
  const name = say("photo_label", { n: place + 1 });
  const shown = { src: photo.thumb, alt: "", width: 64, height: 64 };
  const picture = photo.thumb ? element("img", shown) : element("span", { className: "no-picture" });
  const bar = element("progress", { max: 1, value: 0, hidden: true, "aria-label": name });
  const state = element("span", { className: "photo-state" }, STATES[photo.state](photo));
  const words = element("span", { className: "photo-words" }, element("strong", {}, name), " ", state, bar);
  const made = element("li", { id: `photo-${photo.key}` }, picture, words);
  if (!fixed) {
    const label = say("photo_remove_label", { n: place + 1 });
    const button = element("button", { type: "button", className: "quiet", "aria-label": label }, say("photo_remove"));
    button.addEventListener("click", () => drop(photo.key));
    made.append(button);
  }
  return made;
}

export async function show(into, key, fixed) {
  const photos = await photosOf(key);
  list.replaceChildren(); // a photo stands in one list
  into.replaceChildren(...photos.map((photo, place) => row(photo, place, fixed)));
  return photos;
}

// What is heard of one photo on its way: how far, or what became of it.
export function going(photo, share) {
  const made = document.getElementById(`photo-${photo.key}`);
  if (!made) return;
  const bar = made.querySelector("progress");
  const moving = photo.state === "waiting" && share !== undefined;
  bar.hidden = !moving;
  if (moving) bar.value = share;
  const state = moving ? say("photo_going", { percent: percent(share) }) : STATES[photo.state](photo);
  made.querySelector(".photo-state").textContent = state;
}

async function drop(key) {
  await remove("photos", key);
  await show(list, report());
  said.textContent = say("photo_removed");
  input.focus();
  noticed();
}

async function add(files) {
  const there = await photosOf(report());
  const taken = files.slice(0, MOST - there.length);
  let refused = files.length > taken.length ? say("photos_most") : "";
  for (const [i, file] of taken.entries()) {
    said.textContent = say("photo_comes", { n: i + 1, of: taken.length });
    const { blob, thumb } = await smaller(file);
    if (blob.size > MOST_BYTES) refused = say("photo_large", { name: file.name });
    else await put("photos", { key: uuid(), report: report(), place: Date.now() + i, blob, thumb, state: "waiting", tries: 0, next: 0 });
  }
  const photos = await show(list, report());
  said.textContent = refused || say("photos_ready", { n: photos.length });
  noticed();
}

// Every chosen photo is small and kept.
export function ready() {
  return busy;
}

// Photos of yesterday whose report is no more.
async function sweep() {
  const keys = new Set((await all("reports")).map((record) => record.key));
  const old = (await all("photos")).filter((photo) => photo.place < Date.now() - DAY_MS && !keys.has(photo.report));
  for (const photo of old) await remove("photos", photo.key);
}

export function start(reportKey, changed) {
  report = reportKey;
  noticed = changed;
  list.after(said);
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // they travel apart from the form
    if (files.length) busy = busy.then(() => add(files));
  });
  sweep();
}

export function refresh() {
  return show(list, report());
}
