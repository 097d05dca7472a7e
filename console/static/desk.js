// What does the desk do? One thing at a time: the panel says which; this joins it to the telephone.
import { post, Refused } from "./ask.js";
import { ConnectionTest } from "./connection.js";
import { follow, refresh, tick } from "./live.js";
import { RecordForm } from "./record.js";
import { Ring } from "./ring.js";
import { inWords, Softphone } from "./softphone.js";
import { SoundCheck } from "./sound.js";

const BEAT_MS = 8000;
const ACTIVE_MS = 60000;
const RETRY_MS = 10000;
const AUTO_ANSWER_MS = 1000;
const HELD = "desk.held-at"; // when a tab of this browser last held a caller: a reload forgets all else
const BACK_MS = 30000;
const $ = (id) => document.getElementById(id);
const panel = () => document.querySelector("#panel .panel");
const phone = new Softphone($("desk").dataset);
const connection = new ConnectionTest($("connection"), phone);
const ring = new Ring();
const sound = new SoundCheck($("sound"), $("device-gone"), phone, ring);
const record = new RecordForm($("record"));
let touched = Date.now();
let starting = null;
let retryAt = 0;

function trouble(words) {
  $("trouble-words").textContent = words;
  $("trouble").hidden = !words;
}
phone.addEventListener("trouble", (event) => trouble(event.detail));
phone.addEventListener("change", () => { show(); refresh("panel"); });

async function look() { refresh("panel"); }
const doing = {
  "go-on-duty": goOnDuty,
  retry: startPhone,
  "test-connection": () => connection.toggle(),
  "test-microphone": () => sound.toggle(),
  "play-speaker": () => sound.play("speaker"),
  "play-ring": () => sound.play("ring"),
  mute: () => phone.mute(),
  hold: toggleHold,
  accept: (form) => accept(form.action),
  end: endCall,
};

function troubled(error) {
  retryAt = Date.now() + RETRY_MS;
  phone.stop();
  trouble(inWords(error));
  return false;
}

async function startPhone() { // one start at a time, whoever asks
  starting ??= phone.start().then(() => { trouble(""); sound.list(); return true; }, troubled)
    .finally(() => { starting = null; show(); });
  return starting;
}

async function goOnDuty() {
  await ring.unlock();
  if (!(await startPhone())) return;
  try { await post("/desk/duty"); await beat(); } catch (error) { trouble(error.message); }
  await look();
}

async function accept(url) {
  ring.stop();
  try {
    if (!phone.ready && !(await startPhone())) return;
    const answer = await post(url);
    await look();
    await phone.connect(answer.connect);
  } catch (error) {
    trouble(error instanceof Refused ? error.message : inWords(error));
    await look();
  }
}

async function endCall(form) {
  try { await post(form.action, new FormData(form)); trouble(""); } catch (error) {
    trouble(error.message);
    if (error instanceof Refused && error.status === 422) { document.querySelector('[name="why"]')?.focus(); return; } // the crew is not there: say why first
  }
  localStorage.removeItem(HELD);
  phone.hangUp();
  await look();
}

function takesBack(state, cutOff) { // whoever was cut off by a reload, or a tab that went, says yes no second time
  if (state === "talking" && phone.call) localStorage.setItem(HELD, String(Date.now()));
  if (state === "wrap_up") localStorage.removeItem(HELD);
  return cutOff && Date.now() - Number(localStorage.getItem(HELD) ?? 0) < BACK_MS;
}

async function toggleHold(button) {
  const on = !phone.held;
  try { await post(button.dataset.url + (on ? "" : "/end")); phone.held = on; trouble(""); } catch (error) { trouble(error.message); }
  show();
}

async function beat() {
  const state = panel()?.dataset.state;
  const inCall = ["connecting", "talking", "wrap_up", "asked", "joined"].includes(state);
  if (state === "off" || !(phone.ready || inCall)) return; // a desk that cannot ring is not heard
  try { await post("/desk/beat", { active: Date.now() - touched < ACTIVE_MS ? "yes" : "no" }); } catch { /* the next one */ }
}

function show() { // after every look: make the page agree with the panel
  const { state, offer, call, accepted, autoAnswer, cutOff } = panel().dataset;
  tick();
  const idle = !offer && !phone.call && (state === "off" || state === "available" || state === "paused");
  connection.allow(idle && state !== "paused");
  sound.allow(idle);
  ring.show(offer, offer ? panel().innerText.slice(0, 200) : "");
  if (state === "talking" && !document.querySelector('[data-do="hold"]')) phone.held = false; // a consultation: kept company instead
  press("mute", phone.muted);
  press("hold", phone.held);
  lineState(state);
  const wanted = state === "talking" || state === "wrap_up" || state === "connecting" ? call : "";
  if (record.call !== wanted) { $("card-form").replaceChildren(); record.show(wanted).then(() => record.prefill(panel().dataset.ahead)); }
  else { record.stage(state); record.prefill(panel().dataset.ahead); }
  if (state !== "off" && !phone.device && !starting && Date.now() > retryAt) startPhone().then((ok) => ok && beat());
  if (state === "off" && phone.device && !starting && !phone.call) phone.stop();
  if (state === "connecting" && accepted && phone.ready && !phone.call) phone.connect({ offer: accepted }).catch((error) => trouble(inWords(error)));
  const back = takesBack(state, cutOff);
  if (offer && (autoAnswer || back) && show.auto !== offer) { show.auto = offer; setTimeout(() => panel().dataset.offer === offer && accept(`/offers/${offer}/acceptance`), back ? 0 : AUTO_ANSWER_MS); }
}

function lineState(state) {
  const words = state === "off" ? "" : phone.ready ? "Phone connected" : `${phone.noMicrophone ? "No microphone" : "Phone not connected"}: you are not offered calls`;
  $("line-state").lastElementChild.textContent = words;
  $("line-state").hidden = !words;
  $("line-state").className = `state ${phone.ready ? "ready" : words ? "thin" : ""}`;
}

function press(what, on) {
  const button = document.querySelector(`[data-do="${what}"]`);
  button?.setAttribute("aria-pressed", String(on));
}

addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (button) doing[button.dataset.do](button);
});
addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-do]");
  if (!form) return;
  event.preventDefault();
  doing[form.dataset.do](form);
});
addEventListener("keydown", (event) => { // Enter answers, unless the person is in a field or on a button
  if (event.key !== "Enter" || event.target.closest("a, button, input, select, summary, textarea")) return;
  const form = document.querySelector('form[data-do="accept"]');
  if (form) { event.preventDefault(); accept(form.action); }
});
for (const sign of ["keydown", "pointerdown", "pointermove"]) addEventListener(sign, () => { touched = Date.now(); }, { passive: true });
for (const sign of ["keydown", "pointerdown"]) addEventListener(sign, () => ring.unlock(), { once: true });
addEventListener("finished", () => look());
document.body.addEventListener("htmx:after:swap", () => show());
document.body.addEventListener("htmx:response:error", () => trouble("The server did not take that. Try again."));

follow("/desk/events", look);
setInterval(() => { beat(); show(); }, BEAT_MS);
show();
