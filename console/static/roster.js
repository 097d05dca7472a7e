// What does a script add to the roster's table? Printing, today in sight, and a view to drag in.
import { ask } from "./ask.js";

const printing = document.querySelector("button.printing");
if (printing) {
  printing.hidden = false;
  printing.addEventListener("click", () => print());
}

const month = document.querySelector(".week.month");
const today = month?.querySelector("thead .today");
if (today) month.scrollLeft = today.offsetLeft - month.querySelector("thead td").offsetWidth - 40;

// -- the view to drag in: the table below stays, and can do all of this by keyboard ---------------

const REOPEN = "roster-drag"; // whether it was open, over the reload that follows a change
const place = document.getElementById("drag");
const opener = document.querySelector("button.dragging");
let calendar = null;

const loaded = (tag, fields) => new Promise((resolve, reject) => {
  const one = Object.assign(document.createElement(tag), fields, { onload: resolve, onerror: reject });
  document.head.append(one);
});

// Wall clock in the line's zone all the way, told as if it were UTC: no zone is reckoned with here.
const later = (local, span) => {
  const milliseconds = ((span?.days ?? 0) * 86400 + (span?.seconds ?? 0)) * 1000;
  return new Date(Date.parse(`${local}:00Z`) + milliseconds).toISOString().slice(0, 16);
};

function rows() {
  const people = JSON.parse(place.dataset.people);
  return [...document.querySelectorAll("tbody[data-tier]")].map((body) => {
    const tier = body.dataset.tier;
    const listed = [...body.querySelectorAll("tr[data-person]")].map((row) => row.dataset.person);
    const others = Object.keys(people).filter((id) => !listed.includes(id));
    const shown = [...listed, ...(others.length <= 30 ? others : [])];
    const name = tier[0].toUpperCase() + tier.slice(1);
    const called = (id) => body.querySelector(`tr[data-person="${CSS.escape(id)}"] .name`)?.textContent ?? people[id];
    return { id: tier, title: name, children: shown.map((id) => ({ id: `${tier}|${id}`, title: called(id) })) };
  });
}

function shifts() {
  return [...document.querySelectorAll("tr[data-person] a.shift[data-from]")].map((chip) => ({
    id: chip.dataset.shift,
    start: chip.dataset.from,
    end: chip.dataset.until,
    title: chip.querySelector("b").textContent,
    resourceIds: [`${chip.closest("tbody").dataset.tier}|${chip.closest("tr").dataset.person}`],
    classNames: [...chip.classList],
    editable: chip.dataset.over !== "yes",
    extendedProps: { href: chip.href, from: chip.dataset.from, until: chip.dataset.until },
  }));
}

async function moved(info) {
  const [tier, person] = (info.newResource?.id ?? info.event.resourceIds[0]).split("|");
  const { id, extendedProps: { from, until } } = info.event;
  if (!person) { info.revert(); return; }
  const start = later(from, info.delta ?? info.startDelta);
  const end = later(until, info.delta ?? info.endDelta);
  const fields = { tier, person, start, end };
  try {
    await ask(`${place.dataset.moves}${encodeURIComponent(id)}/moves`, { method: "POST", body: new URLSearchParams(fields) });
    sessionStorage.setItem(REOPEN, "yes");
    location.reload();
  } catch (error) {
    info.revert();
    say(error.message);
  }
}

function say(words) {
  const line = Object.assign(document.createElement("p"), { className: "notice thin", textContent: words });
  document.getElementById("messages").replaceChildren(line);
}

function chosen(info) {
  const [tier, person] = info.resource.id.split("|");
  if (!person) return;
  const [date, start] = info.startStr.slice(0, 16).split("T");
  const fields = { tier, person, date, start, end: info.endStr.slice(11, 16) };
  location.href = `${place.dataset.new}?${new URLSearchParams(fields)}`;
}

async function open() {
  await Promise.all([
    loaded("link", { rel: "stylesheet", href: opener.dataset.style }),
    loaded("script", { src: opener.dataset.src }),
  ]);
  place.hidden = false;
  const days = document.querySelectorAll(".week thead th").length;
  calendar = window.EventCalendar.create(place, {
    view: "resourceTimelineWeek",
    timeZone: "UTC",
    views: { resourceTimelineWeek: { duration: { days } } },
    date: place.dataset.first,
    firstDay: new Date(`${place.dataset.first}T12:00`).getDay(),
    headerToolbar: { start: "", center: "", end: "" },
    resources: rows(),
    events: shifts(),
    editable: true,
    eventResizableFromStart: true,
    selectable: true,
    slotDuration: "02:00",
    snapDuration: "00:30",
    slotWidth: days > 7 ? 12 : 22,
    slotHeight: 34,
    slotLabelFormat: { hour: "2-digit", hourCycle: "h23" },
    eventTimeFormat: () => "",
    dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
    scrollTime: `${24 * Math.max(0, [...document.querySelectorAll(".week thead th")].findIndex((one) => one.matches(".today")))}:00:00`,
    eventDrop: moved,
    eventResize: moved,
    select: chosen,
    eventClick: (info) => { location.href = info.event.extendedProps.href; },
    // Not a second path for the keyboard or a screen reader: those have the table.
    eventDidMount: (info) => { info.el.tabIndex = -1; },
  });
  for (const one of place.querySelectorAll("button, a, [tabindex]")) one.tabIndex = -1;
  opener.setAttribute("aria-pressed", "true");
}

function close() {
  window.EventCalendar.destroy(calendar);
  calendar = null;
  place.hidden = true;
  place.replaceChildren();
  opener.setAttribute("aria-pressed", "false");
}

if (opener && place) {
  opener.hidden = false;
  opener.addEventListener("click", () => (calendar ? close() : open()));
  if (sessionStorage.getItem(REOPEN)) {
    sessionStorage.removeItem(REOPEN);
    open();
  }
}
