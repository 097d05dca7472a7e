// How does an open page learn that something changed? By one stream; when there is no room for it,
// by asking every two seconds. Each also ticks the waits that are on the page.
const POLL = 2000;
const TOGETHER = 80; // a burst of notices is one look
const TRY_STREAM_AGAIN = 30000;

export function follow(url, onChange) {
  let poll = null, stream = null, soon = null;
  const changed = () => { soon ??= setTimeout(() => { soon = null; onChange(); }, TOGETHER); };
  const stopPolling = () => { clearInterval(poll); poll = null; };
  const open = () => {
    stream = new EventSource(url);
    stream.addEventListener("changed", () => { stopPolling(); changed(); });
    stream.onerror = () => {
      poll ??= setInterval(onChange, POLL);
      if (stream.readyState === EventSource.CLOSED) setTimeout(open, TRY_STREAM_AGAIN);
    };
  };
  open();
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
}

export const refresh = (id) => document.getElementById(id).dispatchEvent(new CustomEvent("changed"));

const two = (number) => String(Math.floor(number)).padStart(2, "0");
const spoken = (seconds) => seconds < 3600 ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}`
  : `${Math.floor(seconds / 3600)} h ${two(seconds % 3600 / 60)} min`; // console/words.py does the same
let ahead = 0; // how far this machine's clock is ahead of the server's, in ms

export function tick() {
  const stamp = document.querySelector("[data-now]");
  if (stamp && stamp.dataset.now !== tick.stamp) {
    tick.stamp = stamp.dataset.now;
    ahead = Date.now() - Date.parse(tick.stamp);
  }
  for (const time of document.querySelectorAll("time.ticking")) {
    const text = spoken(Math.max(0, (Date.now() - ahead - Date.parse(time.dataset.since)) / 1000));
    if (time.textContent !== text) time.textContent = text;
  }
}

setInterval(tick, 250);
