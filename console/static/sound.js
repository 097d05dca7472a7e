// Does this desk hear and is it heard? Microphone, speaker and ring are chosen here and tried out.
import { choose, idOf, look, ROLES } from "./devices.js";
import { inWords } from "./softphone.js";

const HEARD = 0.06; // of 1, above the hum of a quiet room
const PATIENCE_MS = 6000, LONGEST_MS = 60000;
const USUAL = "The browser's usual one";
const NAMED = { microphone: "microphone", speaker: "speaker", ring: "device for the ring" };
const TEST = "Test the microphone", STOP = "Stop the test";
const SAYS = {
  speak: ["", "Say something.", "The bar moves when we hear you. Nobody else does."],
  heard: ["ready", "We hear you.", "The microphone works."],
  silent: ["wanting", "Nothing is heard.", "Is the headset's own switch off? Unmute it there and in the system's settings, or choose another microphone."],
  called: ["", "The test ended: a call is here.", ""],
  played: ["", "Did you hear the ring?", "If not: choose another device, and turn up its volume."],
};

export class SoundCheck {
  constructor(place, gone, phone, ring) {
    Object.assign(this, { place, gone, phone, ring, trying: null });
    for (const role of ROLES) this.select(role).addEventListener("change", () => this.choose(role));
    navigator.mediaDevices?.addEventListener("devicechange", () => this.list());
    this.list();
  }

  select(role) { return this.place.querySelector(`[name="${role}"]`); }

  async list() { // and what is gone is said, wherever the page is
    try {
      this.found = await look();
    } catch (error) { return this.say("wanting", "The sound cannot be set up.", inWords(error)); }
    for (const role of ROLES) this.fill(role, this.found[role]);
    this.phone.silenced(!this.found.microphone.all.length);
    this.ring.through(idOf(this.found.ring));
    const lost = ROLES.filter((role) => this.found[role].wanted && !this.found[role].device && this.found[role].known.some(({ label }) => label));
    this.gone.hidden = !(this.phone.noMicrophone || lost.length);
    this.gone.textContent = this.phone.noMicrophone
      ? "No microphone is there: a caller would not hear you, and you are not offered calls. Plug in the headset."
      : lost.map((role) => `Your ${NAMED[role]} “${this.found[role].wanted.label}” is not there; the browser's usual one is used.`)
        .concat("Plug it in again, or choose another under Microphone and speaker.").join(" ");
    if (this.phone.call || this.trying) await this.use();
  }

  fill(role, { known, wanted, device }) {
    const select = this.select(role);
    const named = known.filter(({ label }) => label); // no names before the microphone was allowed
    select.replaceChildren(new Option(USUAL, ""), ...named.map(({ deviceId, label }) => new Option(label, deviceId)));
    if (wanted && !device) select.append(new Option(`${wanted.label} (not there)`, wanted.id));
    select.value = device?.deviceId ?? wanted?.id ?? "";
  }

  async choose(role) {
    const { value, selectedOptions: [option] } = this.select(role);
    choose(role, { deviceId: value, label: option.text });
    this.heard = false;
    await this.list();
  }

  async use() {
    try { await this.phone.useChosen(); } catch (error) { this.say("wanting", "That device did not work.", inWords(error)); }
  }

  allow(yes) { // a call takes the microphone; the choice stays open to a click
    if (!yes && this.trying) this.stop(SAYS.called);
    if (this.allowed === yes) return;
    this.allowed = this.place.open = yes;
    this.place.querySelector("[data-do='test-microphone']").disabled = !yes;
  }

  toggle() { return this.trying ? this.stop() : this.test(); }

  async test() {
    const mine = this.trying = { until: Date.now() + LONGEST_MS, silentAt: Date.now() + PATIENCE_MS };
    this.heard = false;
    this.label(STOP);
    try {
      await this.phone.microphone();
      const audio = await this.phone.audio();
      await this.list(); // the names are known from here on, and the chosen one is opened
      if (this.trying !== mine) return this.release(audio);
      this.audio = audio;
      this.listener = (volume) => this.level(volume);
      audio.on("inputVolume", this.listener);
      this.place.querySelector("meter").hidden = false;
      this.say(...SAYS.speak);
    } catch (error) {
      this.stop(["wanting", "The microphone does not work.", inWords(error)]);
    }
  }

  level(volume) { // some sixty times a second
    const now = Date.now();
    this.place.querySelector("meter").value = Math.min(1, volume * 2);
    if (volume > HEARD && !this.heard) { this.heard = true; this.say(...SAYS.heard); }
    if (!this.heard && now > this.trying.silentAt) { this.trying.silentAt = Infinity; this.say(...SAYS.silent); }
    if (now > this.trying.until) this.stop();
  }

  stop(words) {
    this.trying = null;
    this.audio?.removeListener("inputVolume", this.listener);
    this.release(this.audio);
    this.audio = null;
    this.place.querySelector("meter").hidden = true;
    this.label(TEST);
    if (words) this.say(...words); else if (!this.heard) this.say("", "", "");
  }

  release(audio) { if (!this.phone.call) audio?.unsetInputDevice().catch(() => {}); }

  async play(role) { // the ring, through the one for voices or the one that rings
    try {
      const audio = await this.phone.audio();
      if (!audio.isOutputSelectionSupported) { await this.ring.once(); return this.say(...SAYS.played); }
      const outputs = role === "ring" ? audio.ringtoneDevices : audio.speakerDevices;
      const id = idOf((await look())[role]);
      if (id) await outputs.set(id);
      await outputs.test(this.ring.sound.src);
      this.say(...SAYS.played);
    } catch (error) { this.say("wanting", "It could not be played.", inWords(error)); }
  }

  label(words) { this.place.querySelector("[data-do='test-microphone'] span").textContent = words; }

  say(kind, title, words) {
    const notice = this.place.querySelector(".notice");
    notice.className = `notice ${kind}`;
    notice.hidden = !title;
    notice.children[0].textContent = title;
    notice.children[1].textContent = words;
  }
}
