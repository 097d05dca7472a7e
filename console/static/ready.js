// Is somebody ready? The page asks again every five seconds, and says so when it cannot.
const EVERY_MS = 5000;
const shown = document.querySelector(".beacon .state");
const words = shown.lastChild;

async function look() {
  let found = { ready: 0, words: "This page does not hear from the line now." };
  try { const answer = await fetch(`${location.pathname}.json`, { signal: AbortSignal.timeout(EVERY_MS) }); if (answer.ok) found = await answer.json(); } catch { /* said below */ }
  if (words.textContent !== found.words) words.textContent = found.words;
  shown.className = `state ${found.ready ? "ready" : "wanting"}`;
}
setInterval(look, EVERY_MS);
