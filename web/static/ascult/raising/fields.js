// The form and its fields; what they hold goes in and out here.
export const form = document.getElementById("raise");

// What belongs to the page and not to the report, and files, which travel apart.
const OWN = new Set(["key", "step", "work", "website", "photos", "go", "found", "suggested", "searched"]);

export function value(name) {
  const field = form.elements[name];
  return field ? field.value : "";
}

export function fill(name, text) {
  const field = form.elements[name];
  if (field) field.value = text;
}

// Every field of the report as pairs of name and text; answers only to the subject chosen.
export function pairs() {
  const subject = value("category");
  return [...new FormData(form)].filter(([name, text]) => {
    if (OWN.has(name) || typeof text !== "string") return false;
    return !name.startsWith("answer-") || name.startsWith(`answer-${subject}-`);
  });
}

// How the words of a kept report begin.
export function beginning(record) {
  const text = (record.fields.find(([name]) => name === "text") || ["", ""])[1].trim();
  return text.length > 60 ? `${text.slice(0, 60)} …` : text;
}

export function restore(kept) {
  kept.forEach(([name, text]) => {
    const field = form.elements[name];
    if (!field || OWN.has(name)) return;
    field.value = text; // a group of radios chooses the one with this value
  });
}

export function clear() {
  form.reset();
  ["lng", "lat", "place", "search", "address", "text", "email", "work", "asked"].forEach((name) => fill(name, ""));
  fill("precision", "point");
  form.querySelectorAll("input[type=radio]").forEach((radio) => { radio.checked = false; });
}

export function place() {
  const [lng, lat] = [value("lng"), value("lat")];
  return lng && lat ? { lng: Number(lng), lat: Number(lat) } : null;
}
