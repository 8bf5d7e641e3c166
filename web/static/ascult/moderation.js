// Drawing the parts of a photo to cover. Without this script the same parts are given as numbers.
const SVG = "http://www.w3.org/2000/svg";
const NAMES = ["left", "top", "width", "height"];
const LEAST = 0.5; // percent; less is a slip of the hand

for (const cover of document.querySelectorAll("details.cover")) {
  const look = cover.closest("li").querySelector(".look");
  const form = cover.querySelector("form");
  const sheet = document.createElementNS(SVG, "svg");
  sheet.setAttribute("class", "look-sheet");
  sheet.setAttribute("viewBox", "0 0 100 100");
  sheet.setAttribute("preserveAspectRatio", "none");
  sheet.setAttribute("aria-hidden", "true");
  look.append(sheet);
  cover.querySelector(".cover-hint").hidden = false;
  cover.addEventListener("toggle", () => sheet.classList.toggle("open", cover.open));
  sheet.classList.toggle("open", cover.open);
  form.addEventListener("input", () => show(form, sheet));

  let from = null;
  let drawn = null;
  sheet.addEventListener("pointerdown", (event) => {
    if (!cover.open || event.button !== 0) return;
    from = place(event, sheet);
    drawn = document.createElementNS(SVG, "rect");
    sheet.append(drawn);
    sheet.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (from) draw(drawn, between(from, place(event, sheet)));
  });
  sheet.addEventListener("pointercancel", () => {
    from = null;
    show(form, sheet);
  });
  sheet.addEventListener("pointerup", (event) => {
    if (!from) return;
    const part = between(from, place(event, sheet));
    from = null;
    if (part[2] >= LEAST && part[3] >= LEAST) write(form, part);
    show(form, sheet);
  });
}

// Where the pointer is, in percent of the photo.
function place(event, sheet) {
  const box = sheet.getBoundingClientRect();
  const share = (value, start, length) => Math.min(100, Math.max(0, ((value - start) / length) * 100));
  return [share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height)];
}

function between([ax, ay], [bx, by]) {
  return [Math.min(ax, bx), Math.min(ay, by), Math.abs(ax - bx), Math.abs(ay - by)];
}

function draw(rect, [x, y, width, height]) {
  for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, value);
}

// The numbers of a part into the first free row; where all are taken, into a new one.
function write(form, part) {
  const rows = [...form.querySelectorAll(".cover-part")];
  let row = rows.find((r) => [...r.querySelectorAll("input")].every((i) => i.value.trim() === ""));
  if (!row) {
    const last = rows.at(-1);
    row = last.cloneNode(true);
    const legend = row.querySelector("legend");
    legend.textContent = legend.textContent.replace(/\d+/, String(rows.length + 1));
    last.after(row);
  }
  NAMES.forEach((name, i) => {
    row.querySelector(`[name=cover-${name}]`).value = part[i].toFixed(1);
  });
}

// The photo shows what the numbers say.
function show(form, sheet) {
  sheet.replaceChildren();
  for (const row of form.querySelectorAll(".cover-part")) {
    const part = NAMES.map((name) => parseFloat(row.querySelector(`[name=cover-${name}]`).value.replace(",", ".")));
    if (part.every(Number.isFinite) && part[2] > 0 && part[3] > 0) {
      const rect = document.createElementNS(SVG, "rect");
      draw(rect, part);
      sheet.append(rect);
    }
  }
}
