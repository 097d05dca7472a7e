// How does the desk's telephone work? The genuine SDK, local sounds, and every trouble said in words.
import { ask } from "./ask.js";

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

export const inWords = (error) =>
  WORDS[error.code] ?? (error.name === "NotAllowedError" ? WORDS[31401]
    : error.name === "NotFoundError" ? "No microphone was found. Plug in the headset, then try again."
    : `The telephone said: ${error.message ?? error}. Try again; if it stays so, tell the operator.`);

export class Softphone extends EventTarget {
  constructor(desk) {
    super();
    this.chunderw = desk.chunderw;
    this.silence = desk.sounds;
    this.device = this.call = null;
    this.muted = this.held = false;
  }

  get ready() { return this.device?.state === "registered"; }
  say(words) { this.dispatchEvent(new CustomEvent("trouble", { detail: words })); }
  change() { this.dispatchEvent(new CustomEvent("change")); }

  async microphone() { // asked for first: its question must come from the person's own click
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    stream.getTracks().forEach((track) => track.stop());
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
    const call = this.call = await this.device.connect({ params });
    call.on("error", (error) => this.say(inWords(error)));
    call.on("reconnecting", () => this.say("The connection is lost. Stay here: it is coming back."));
    call.on("reconnected", () => this.say(""));
    call.on("warning", (name) => name === "low-bytes-received" && this.say("You may not be hearing the caller. Ask whether they hear you."));
    call.on("warning-cleared", () => this.say(""));
    for (const over of ["disconnect", "cancel", "reject"]) call.on(over, () => { this.call = null; this.change(); });
    call.on("accept", () => this.change());
  }

  mute() { this.muted = !this.muted; this.call?.mute(this.muted); this.change(); }
  hangUp() { this.call?.disconnect(); }
  stop() { this.device?.destroy(); this.device = this.call = null; this.change(); }
}
