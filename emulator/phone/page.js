// What does each phone show, and what do its buttons do? The emulator says, over one WebSocket.
import { connect } from "./sound.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const find = (selector, within = document) => within.querySelector(selector);
const cards = new Map();
const ours = new Set(); // phones whose button was pressed on this page: only they get its sound
let socket = null;
let world = { numbers: [], sound: "", voice: "" };

function listenToTheWorld() {
  socket = new WebSocket(new URL("live", location.href).href.replace(/^http/, "ws"));
  socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  socket.addEventListener("open", () => say(""));
  socket.addEventListener("close", () => {
    say("The emulator does not answer. Trying again…");
    setTimeout(listenToTheWorld, 1000);
  });
}

function hear(message) {
  if (message.type === "world") meet(message);
  if (message.type === "phone") show(message.phone);
  if (message.type === "text") showText(message.text);
  if (message.type === "gone") forget(message.id);
  if (message.type === "yours") ours.add(message.id);
  if (message.type === "problem") say(message.text);
}

function tell(message) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function say(sentence) {
  find("#notice").textContent = sentence;
  find("#notice").hidden = !sentence;
}

function meet(message) {
  world = message;
  const chosen = find("select[name=to]").value;
  find("select[name=to]").replaceChildren(...message.numbers.map(({ number, name }) => {
    const label = name && name !== number ? `${name}: ${number}` : number;
    return new Option(label, number, false, number === chosen);
  }));
  const dialled = message.numbers.filter(({ number }) => number.startsWith("+"));
  find("select[name=text-to]").replaceChildren(
    ...dialled.map(({ number, name }) => new Option(name === number ? number : `${name}: ${number}`, number)));
  message.texts.forEach(showText);
  const known = new Set(message.phones.map((phone) => phone.id));
  for (const id of [...cards.keys()]) if (!known.has(id)) forget(id);
  message.phones.forEach(show);
  say([message.sound, message.voice, message.network].filter(Boolean).join(" "));
}

// --- one phone ---

function show(phone) {
  const card = cards.get(phone.id) || lay(phone);
  card.phone = phone;
  find("h3", card.element).textContent = phone.title;
  find(".numbers", card.element).textContent = phone.numbers;
  const words = find(".words", card.element);
  if (words.textContent !== phone.state) words.textContent = phone.state;
  card.element.dataset.stage = phone.stage;
  caption(find(".captions", card.element), phone.captions);
  if (phone.stage === "talking" && ours.has(phone.id)) joinSound(card);
  if (phone.stage === "ended") leaveSound(card);
  tick();
}

function lay(phone) {
  const element = find("#card").content.cloneNode(true).firstElementChild;
  const card = { element, phone, sound: null, joining: false };
  cards.set(phone.id, card);
  element.id = `phone-${phone.id}`;
  element.setAttribute("aria-label", phone.title);
  find(".keys", element).append(...KEYS.map((key) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = key;
    button.setAttribute("aria-label", { "*": "star", "#": "hash" }[key] || key);
    button.addEventListener("click", () => press(card, key));
    return button;
  }));
  element.addEventListener("click", (event) => act(card, event.target.closest("button")));
  element.addEventListener("keydown", (event) => {
    if (KEYS.includes(event.key) && card.phone.stage === "talking") press(card, event.key);
  });
  find("#phones").prepend(element);
  find("#empty").hidden = true;
  if (phone.stage === "ringing" && phone.rung) find("[data-do=answer]", element).focus();
  return card;
}

function act(card, button) {
  if (!button) return;
  if (button.dataset.do === "answer") ours.add(card.phone.id);
  if (button.dataset.do) tell({ do: button.dataset.do, id: card.phone.id });
  if (button.dataset.local === "speak") giveMicrophone(card, !pressed(button));
  if (button.dataset.local === "listen") listen(card, !pressed(button));
}

function press(card, key) {
  tell({ do: "press", id: card.phone.id, digits: key });
  find("output", card.element).textContent += key;
}

function forget(id) {
  const card = cards.get(id);
  if (!card) return;
  leaveSound(card);
  card.element.remove();
  cards.delete(id);
  find("#empty").hidden = cards.size > 0;
}

// Lines are only ever added, so a screen reader reads each once.
function caption(list, captions) {
  const following = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
  for (const line of captions.slice(list.children.length)) {
    const item = document.createElement("p");
    item.className = line.kind;
    const time = document.createElement("time");
    time.textContent = minutes(line.at);
    item.append(time, " ", line.text);
    list.append(item);
  }
  if (following) list.scrollTop = list.scrollHeight;
}

// --- text messages ---

function showText(text) {
  const rows = find("#texts tbody");
  const row = document.getElementById(text.id) || document.createElement("tr");
  row.id = text.id;
  row.replaceChildren(...[text.from, text.to, text.state, text.words].map((words) => {
    const cell = document.createElement("td");
    cell.textContent = words;
    return cell;
  }));
  if (!row.parentNode) rows.prepend(row);
  find("#texts").hidden = false;
}

// --- sound ---

async function joinSound(card) {
  if (card.sound || card.joining || world.sound) return;
  card.joining = true;
  try {
    const tells = (sentence) => { find(".sound", card.element).textContent = sentence; };
    card.sound = await connect(card.phone.id, find("audio", card.element), tells);
    listen(card, true);
    giveMicrophone(card, true);
  } catch (error) {
    find(".sound", card.element).textContent = `Captions only: ${error.message}`;
  }
  card.joining = false;
}

function leaveSound(card) {
  if (card.sound) card.sound.close();
  card.sound = null;
  ours.delete(card.phone.id);
}

// You speak as one person at a time: taking the microphone here takes it from the others.
function giveMicrophone(card, on) {
  if (!card.sound && on) return takeOver(card);
  for (const other of cards.values()) {
    if (other !== card && on) speak(other, false);
  }
  return speak(card, on);
}

function takeOver(card) {
  ours.add(card.phone.id);
  return joinSound(card);
}

function speak(card, on) {
  const can = card.sound && card.sound.canSpeak;
  if (can) card.sound.speak(on);
  find("[data-local=speak]", card.element).setAttribute("aria-pressed", String(Boolean(can && on)));
}

function listen(card, on) {
  if (!card.sound && on) return takeOver(card);
  if (card.sound) card.sound.listen(on);
  find("[data-local=listen]", card.element).setAttribute("aria-pressed", String(on));
}

const pressed = (button) => button.getAttribute("aria-pressed") === "true";

// --- time ---

function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function tick() {
  for (const { element, phone } of cards.values()) {
    const until = phone.ended_at || Date.now() / 1000;
    find(".clock", element).textContent = minutes(until - phone.began_at);
  }
}

// --- the form ---

function wanted(form) {
  const data = new FormData(form);
  const names = data.getAll("header-name");
  const values = data.getAll("header-value");
  return {
    do: "call",
    role: data.get("role"),
    to: data.get("to"),
    shown: data.get("shown") === "other" ? data.get("other").replace(/[\s()-]/g, "") : data.get("shown"),
    name: data.get("name").trim(),
    headers: names.map((name, index) => [name.trim(), values[index]]).filter(([name]) => name.length > 2),
  };
}

find("#new").addEventListener("submit", (event) => {
  event.preventDefault();
  tell(wanted(event.target));
});
find("#text").addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(event.target);
  const shown = data.get("text-from").replace(/[\s()-]/g, "");
  tell({ do: "text", to: data.get("text-to"), shown, words: data.get("words") });
  find("input[name=words]").value = "";
});
find("select[name=shown]").addEventListener("change", (event) => {
  find("#other").hidden = event.target.value !== "other";
  if (event.target.value === "other") find("input[name=other]").focus();
});
find("#add-header").addEventListener("click", () => {
  const row = find("#header-row").content.cloneNode(true).firstElementChild;
  find("button", row).addEventListener("click", () => row.remove());
  find("#headers").append(row);
  find("input", row).focus();
});

listenToTheWorld();
setInterval(tick, 500);
