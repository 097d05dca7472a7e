// How does the desk's telephone work? The genuine SDK, local sounds, and every trouble said in words.
import { ask } from "./ask.js";
import { idOf, look } from "./devices.js";

const REGISTER_SECONDS = 10;
const SOUNDS = ["incoming", "outgoing", "disconnect", "dtmf0", "dtmf1", "dtmf2", "dtmf3", "dtmf4", "dtmf5",
  "dtmf6", "dtmf7", "dtmf8", "dtmf9", "dtmfs", "dtmfh"];
const SIGN_IN = "Your telephone pass was not accepted. Sign out and in again.";
const EXPIRED = "Your telephone pass has ended. Press Try again.";
const OPERATOR = "The telephone's keys are not right. Tell the operator to run: diversion doctor.";
const NETWORK = "The telephone connection is not there. Check the network; it reconnects by itself.";
const SOUND = "Sound cannot pass through this network. Try another network or ask the operator.";
const AGAIN = "The call did not come about. Press Try again; the caller has not been lost.";
const WORDS = {
  31401: "The browser may not use the microphone. Allow it in the address bar, then try again.",
  31402: "No microphone could be opened. Plug the headset in again, then try again.",
  31486: "The line was busy. Try again.",
  31206: "Too many tries at once. Wait a minute, then press Try again.",
  20101: SIGN_IN, 31204: SIGN_IN, 31105: SIGN_IN,
  20104: EXPIRED, 31205: EXPIRED,
  20151: OPERATOR, 31201: OPERATOR, 31202: OPERATOR, 31203: OPERATOR, 31207: OPERATOR,
  31005: NETWORK, 31009: NETWORK, 53000: NETWORK, 53001: NETWORK,
  53400: SOUND, 53402: SOUND, 53405: SOUND,
  31000: AGAIN, 31003: AGAIN, 31008: AGAIN, 31404: AGAIN, 31480: AGAIN, 31603: AGAIN,
};

const BROWSERS = { // what a browser calls it
  NotAllowedError: WORDS[31401],
  NotFoundError: "No microphone was found. Plug in the headset, then try again.",
  NotReadableError: "Another program has the microphone. Close it there, or choose another microphone, then try again.",
  OverconstrainedError: "The chosen microphone is not there. Plug it in again or choose another, then try again.",
  InsecurePage: "A browser gives no sound to a page without https. Tell the operator.",
};

export const inWords = (error) =>
  WORDS[error.code] ?? BROWSERS[error.name] ?? `The telephone said: ${error.message ?? error}. Try again; if it stays so, tell the operator.`;

export class Softphone extends EventTarget {
  constructor(desk) {
    super();
    this.chunderw = desk.chunderw;
    this.silence = desk.sounds;
    this.device = this.call = this.idle = null;
    this.muted = this.held = this.noMicrophone = false;
  }

  get ready() { return this.device?.state === "registered" && !this.noMicrophone; }
  say(words) { this.dispatchEvent(new CustomEvent("trouble", { detail: words })); }
  change() { this.dispatchEvent(new CustomEvent("change")); }
  silenced(yes) { if (this.noMicrophone !== yes) { this.noMicrophone = yes; this.change(); } }

  async microphone() { // asked for first: its question must come from the person's own click
    if (!navigator.mediaDevices) throw Object.assign(new Error("not a secure page"), { name: "InsecurePage" });
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    stream.getTracks().forEach((track) => track.stop());
  }

  async audio() { // the SDK's audio helper; off duty, of a telephone that nobody can ring
    if (this.device) return this.device.audio;
    const { token } = await ask("/desk/token");
    if (!this.device) this.idle ??= new Twilio.Device(token, this.options());
    return (this.device ?? this.idle).audio;
  }

  async useChosen() { // in a call, and for a test; the microphone is let go with the call
    const audio = await this.audio(), { microphone, speaker } = await look();
    if (idOf(microphone)) await audio.setInputDevice(idOf(microphone));
    if (audio.isOutputSelectionSupported && idOf(speaker)) await audio.speakerDevices.set(idOf(speaker));
  }

  async start() {
    await this.microphone();
    this.stop();
    const { token } = await ask("/desk/token");
    this.device = new Twilio.Device(token, this.options());
    this.listen(this.device);
    await this.registered();
  }

  options() {
    return {
      codecPreferences: ["opus", "pcmu"], closeProtection: true, maxCallSignalingTimeoutMs: 30000,
      enableImprovedSignalingErrorPrecision: true, publishEvents: false, tokenRefreshMs: 60000,
      sounds: Object.fromEntries(SOUNDS.map((name) => [name, this.silence])),
      ...(this.chunderw ? { chunderw: this.chunderw } : {}),
    };
  }

  preflight(token) { // its own Device would fetch sounds, report elsewhere, and keep a call's error to itself
    const ours = { ...this.options(), closeProtection: false };
    const deviceFactory = class extends Twilio.Device {
      constructor(pass, options) { super(pass, { ...options, ...ours }); }
      async connect(asked) {
        const call = await super.connect(asked);
        return call.once("error", (error) => this.emit("error", error));
      }
    };
    return Twilio.Device.runPreflight(token, { ...ours, deviceFactory });
  }

  listen(device) {
    device.on("registered", () => { this.say(""); this.change(); });
    device.on("unregistered", () => this.change());
    device.on("error", (error) => { this.say(inWords(error)); this.change(); });
    device.on("incoming", (call) => call.reject()); // offers are data here, never telephone calls
    device.on("tokenWillExpire", () => this.renew());
  }

  registered() { // register() may never settle when the pass is bad: give it an end
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no answer from the telephone service")), REGISTER_SECONDS * 1000));
    return Promise.race([this.device.register(), late]);
  }

  async renew() {
    try { this.device.updateToken((await ask("/desk/token")).token); } catch (error) { this.say(inWords(error)); }
  }

  async connect(params) {
    if (this.call) return;
    this.muted = this.held = false;
    await this.useChosen().catch((error) => this.say(inWords(error))); // then the browser's usual ones
    const call = this.call = await this.device.connect({ params });
    call.on("error", (error) => this.say(inWords(error)));
    call.on("reconnecting", () => this.say("The connection is lost. Stay here: it is coming back."));
    call.on("reconnected", () => this.say(""));
    call.on("warning", (name) => name === "low-bytes-received" && this.say("You may not be hearing the caller. Ask whether they hear you."));
    call.on("warning-cleared", () => this.say(""));
    for (const over of ["disconnect", "cancel", "reject"]) call.on(over, () => this.over());
    call.on("accept", () => this.change());
  }

  over() {
    this.call = null;
    this.device?.audio?.unsetInputDevice().catch(() => {});
    this.change();
  }

  mute() { this.muted = !this.muted; this.call?.mute(this.muted); this.change(); }
  hangUp() { this.call?.disconnect(); }
  stop() { this.device?.destroy(); this.idle?.destroy(); this.device = this.call = this.idle = null; this.change(); }
}
