// What happened on each leg? Asked every two seconds, redrawn only where something is new.

const find = (selector, within = document) => within.querySelector(selector);
const drawn = new Map();
let opened = false; // the newest leg is opened once; after that the reader opens and closes

async function look() {
  if (!document.hidden) {
    const answer = await fetch("/timeline.json").catch(() => null);
    if (answer && answer.ok) draw((await answer.json()).legs);
  }
  setTimeout(look, 2000);
}

function draw(legs) {
  find("#empty").hidden = legs.some((leg) => leg.status);
  for (const leg of legs.toReversed()) {
    const known = drawn.get(leg.sid);
    const text = JSON.stringify([leg.status, leg.rows]);
    if (known && known.text === text) continue;
    const element = known ? known.element : lay();
    drawn.set(leg.sid, { element, text });
    fill(element, leg);
  }
  const newest = find(".leg");
  if (!opened && legs.some((leg) => leg.status)) opened = newest.open = true;
}

function lay() {
  const element = find("#leg").content.cloneNode(true).firstElementChild;
  find("#legs").prepend(element);
  return element;
}

function fill(element, leg) {
  const quiet = leg.gaps ? `, too quiet ${leg.gaps === 1 ? "once" : `${leg.gaps} times`}` : "";
  const progress = leg.status ? `: ${leg.status}, ${minutes(leg.seconds)}${quiet}` : "";
  find("summary", element).textContent = leg.title + progress;
  const began = new Date(leg.began_at).toLocaleTimeString();
  find("small", element).textContent = [leg.kind, `began ${began}`, leg.sid].filter(Boolean).join(", ");
  find("tbody", element).replaceChildren(...leg.rows.map(row));
}

function row({ at, kind, what, text }) {
  const line = document.createElement("tr");
  line.className = kind;
  line.append(...[`${minutes(at)}.${String(Math.floor(Math.abs(at) * 10) % 10)}`, what, text].map((words) => {
    const cell = document.createElement("td");
    cell.textContent = words;
    return cell;
  }));
  return line;
}

function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

look();
