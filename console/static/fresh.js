// How does a part of a page stay true? It is fetched again when something changed, unless somebody
// is in it or has begun to fill it in. A part says by data-page where it is fetched from.
import { follow } from "./live.js";

function begun(control) {
  if (control.matches("[type=checkbox], [type=radio]")) return control.checked !== control.defaultChecked;
  if (!control.options) return control.value !== control.defaultValue;
  const first = [...control.options].findIndex((option) => option.defaultSelected);
  return control.selectedIndex !== Math.max(0, first);
}

const controls = "input:not([type=hidden]), select, textarea";
const busy = (part) => part.contains(document.activeElement) || [...part.querySelectorAll(controls)].some(begun);

async function look(part) {
  if (busy(part)) return;
  const answer = await fetch(part.dataset.page).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (fresh && !busy(part)) part.replaceWith(document.adoptNode(fresh));
}

follow("/events", () => document.querySelectorAll("[data-page]").forEach(look));
