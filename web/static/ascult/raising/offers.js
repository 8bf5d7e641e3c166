// A report begun on this device before: go on with it, or throw it away.
import { forget } from "./sending.js";
import { others } from "./drafts.js";
import { beginning } from "./fields.js";
import { element, language, say } from "./words.js";

const box = document.getElementById("drafts");

function when(at) {
  return new Date(at).toLocaleString(language, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
}

export async function offer(taken) {
  const [record] = await others(() => offer(taken));
  box.replaceChildren();
  if (!record) return;
  const go = element("button", { type: "button", className: "quiet" }, say("offer_on"));
  const away = element("button", { type: "button", className: "quiet" }, say("offer_away"));
  const text = beginning(record);
  box.append(element("section", { className: "offer", "aria-labelledby": "offer-title" },
    element("h2", { id: "offer-title" }, say("offer_title")),
    element("p", {}, say("offer_when", { when: when(record.at) }), text ? ` “${text}”` : ""),
    element("p", { className: "offer-row" }, go, away)));
  go.addEventListener("click", () => { box.replaceChildren(); taken(record); });
  away.addEventListener("click", async () => {
    await forget(record.key);
    await offer(taken);
    if (!box.firstChild) document.querySelector("#raise h2:not([hidden])").focus();
  });
}
