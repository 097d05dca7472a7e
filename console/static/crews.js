// How does the crews' board stay true? Its visits are fetched again when something changed, unless
// somebody is in one of its forms; the waits tick.
import { follow, tick } from "./live.js";

const shown = () => document.getElementById("crews");

async function look() {
  if (shown().contains(document.activeElement) || shown().querySelector("details[open]")) return;
  const answer = await fetch(shown().dataset.page).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("crews");
  if (fresh) { shown().replaceWith(document.adoptNode(fresh)); tick(); }
}

follow("/events", look);
setInterval(look, 15_000); // what grows late by time alone
