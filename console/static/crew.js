// Does anybody ask for this crew? The page looks every five seconds, keeps what is being typed, and
// says, shows and sounds what is new. Without this script every button works all the same.
const EVERY_MS = 5000;
const region = () => document.getElementById("visits");
const heard = document.querySelector("#heard span");

async function look() {
  let fresh = null;
  try {
    const answer = await fetch(region().dataset.page, { signal: AbortSignal.timeout(EVERY_MS) });
    if (answer.status === 410) { location.assign(region().dataset.page); return; }
    if (answer.ok) fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch { /* said below */ }
  say(heard, fresh ? fresh.querySelector("#heard span").textContent : "This page does not hear from the line now. Call.");
  if (fresh && fresh.getElementById("visits").dataset.mark !== region().dataset.mark) show(fresh);
}

function show(fresh) {
  const before = Number(region().dataset.count);
  const next = fresh.getElementById("visits");
  const focused = document.activeElement?.id;
  for (const field of region().querySelectorAll("textarea, select, input[id]")) {
    const same = next.querySelector(`#${CSS.escape(field.id)}`);
    if (same) same.value = field.value;
  }
  for (const open of region().querySelectorAll("article:has(details[open]) h2")) next.querySelector(`#${CSS.escape(open.id)}`)?.closest("article").querySelector("details")?.setAttribute("open", "");
  region().replaceWith(document.adoptNode(next));
  if (focused) document.getElementById(focused)?.focus();
  document.title = fresh.title;
  const more = Number(next.dataset.count) > before;
  if (more || next.querySelector(".changed")) alarm(more ? "A crew is asked for." : "The desk changed something. Read it.");
}

function alarm(words) {
  say(document.getElementById("news"), words);
  document.getElementById("ring").play().then(() => setTimeout(() => document.getElementById("ring").pause(), 3000)).catch(() => {});
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300]);
}

function say(where, words) { if (where.textContent !== words) where.textContent = words; }

setInterval(look, EVERY_MS);
addEventListener("visibilitychange", () => document.hidden || look());
