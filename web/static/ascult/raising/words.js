// What the template gives the script: addresses under `given`, and words with {places} to fill.
export const given = JSON.parse(document.getElementById("raise-words").textContent);

export function say(name, values) {
  return given.words[name].replace(/\{(\w+)\}/g, (whole, place) => (values && place in values ? values[place] : whole));
}

export function percent(share) {
  return Math.round(100 * share);
}

// Letters without marks, small: ș, ş and s are one. As the server folds.
export function folded(text) {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
}

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// An element with its text or children; properties are set, attributes with a hyphen or `role` are written.
export function element(name, properties, ...children) {
  const made = document.createElement(name);
  Object.entries(properties || {}).forEach(([key, value]) => {
    if (key === "role" || key.includes("-")) made.setAttribute(key, value);
    else made[key] = value;
  });
  made.append(...children);
  return made;
}

// Dates and numbers as Europe writes them.
export const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;

export const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
