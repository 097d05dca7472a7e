// Is this desk's connection good enough to talk? The genuine SDK's preflight, answered in words.
import { ask } from "./ask.js";
import { inWords } from "./softphone.js";

const SECONDS_MAX = 30; // the carrier lets go after ten
const SAMPLES_MIN = 4; // one a second; fewer say nothing about a line
const GOOD = 3.7, FAIR = 3.1; // mean opinion score (page "Voice JavaScript SDK: PreflightTest")
const BROKEN = /^(low-bytes|ice-connectivity)/; // sound stopped meanwhile
const UNEVEN = /^(high-|low-mos)/; // delay, jitter or loss above what the SDK allows
const TEST = "Test the connection", STOP = "Stop the test";
const STOPPED = ["", "Stopped.", "Nothing was found out. Test again when you like."];
const CALLED = ["", "The test ended: a call came.", "Test again when you like."];
const LATE = ["thin", "No answer yet.", `The test was not over after ${SECONDS_MAX} seconds. Check the network, then test again.`];
const CONNECTING = ["", "Connecting…", "The test takes about ten seconds. A call that comes ends it and rings as always."];
const LISTENING = ["", "Listening to the line…", "You may hear a quiet sound. Nobody hears you."];
const FOUND = {
  good: ["ready", "The connection is good.", "You can take calls here."],
  fair: ["thin", "The connection is fair.", "Voices may break up at times. Use a cable instead of Wi-Fi, or sit closer to the router. Stop videos and downloads. Then test again."],
  poor: ["wanting", "The connection is poor.", "A caller may not understand you. Use a cable instead of Wi-Fi, or another network, and test again. If it stays poor, go off duty and tell your coordinator: somebody else may answer by phone."],
  unheard: ["wanting", "No sound comes through.", "You could not hear a caller. Try another network, then test again. If it stays so, go off duty and tell the operator: somebody else may answer by phone."],
  early: ["thin", "The test ended too early.", "It could not tell how good the connection is. Test again."],
};

export function found({ stats, samples, totals, warnings }) { // the SDK's own word knows no 4.05
  if (samples.length < SAMPLES_MIN) return "early";
  if (!stats || !totals?.packetsReceived) return "unheard";
  const score = stats.mos.average, named = warnings.map(({ name }) => name);
  if (score < FAIR || named.some((name) => BROKEN.test(name))) return "poor";
  return score < GOOD || named.some((name) => UNEVEN.test(name)) ? "fair" : "good";
}

const measured = ({ stats, totals }) => stats && totals ? `Measured: delay ${Math.round(stats.rtt.average)} ms, jitter ${Math.round(stats.jitter.average)} ms, lost ${totals.packetsLostFraction.toFixed(1)} %.` : "";

export class ConnectionTest {
  constructor(place, phone) { this.place = place; this.phone = phone; this.stopping = null; }

  allow(yes) { // never while a call is here or offered
    if (this.place.hidden === !yes) return;
    this.place.hidden = !yes;
    if (yes) return;
    if (this.stopping) this.stopping.abort(CALLED); else this.say("", "", "");
  }

  toggle() { return this.stopping ? this.stopping.abort(STOPPED) : this.run(); }

  async run() {
    const stopping = this.stopping = new AbortController();
    const { signal } = stopping;
    const stopped = new Promise((_, reject) => signal.addEventListener("abort", reject));
    this.label(STOP);
    this.say(...CONNECTING);
    try {
      const report = await Promise.race([this.report(stopping), stopped]);
      const word = found(report);
      this.say(...FOUND[word], word === "good" ? "" : measured(report));
    } catch (error) {
      this.say(...(signal.aborted ? signal.reason : ["wanting", "The test could not be done.", inWords(error)]));
    }
    this.stopping = null;
    this.label(TEST);
  }

  async report(stopping) {
    const { signal } = stopping;
    await this.phone.microphone();
    signal.throwIfAborted();
    const { token } = await ask("/desk/token");
    signal.throwIfAborted();
    const test = this.phone.preflight(token);
    const late = setTimeout(() => stopping.abort(LATE), SECONDS_MAX * 1000);
    signal.addEventListener("abort", () => test.stop());
    test.on("connected", () => signal.aborted || this.say(...LISTENING));
    return new Promise((resolve, reject) => { test.on("completed", resolve); test.on("failed", reject); })
      .finally(() => clearTimeout(late));
  }

  label(words) { this.place.querySelector("button span").textContent = words; }

  say(kind, title, words, small = "") {
    const notice = this.place.querySelector(".notice");
    notice.className = `notice ${kind}`;
    notice.hidden = !title;
    [title, words, small].forEach((text, place) => { notice.children[place].textContent = text; });
  }
}
