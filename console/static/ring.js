// How is a ringing desk noticed? Seen in the title, heard, notified, and read out.
const TITLE_MS = 900;

export class Ring {
  constructor() { this.sound = document.getElementById("ring"); this.title = document.title; this.offer = ""; }

  async unlock() { // must be called from a click: browsers let a page sound only after one
    if (this.offer) { this.sound.play().then(() => this.locked(false), () => this.locked(true)); return; }
    this.sound.muted = true;
    try { await this.sound.play(); this.sound.pause(); this.sound.currentTime = 0; this.locked(false); } catch { this.locked(true); }
    this.sound.muted = false;
    if (globalThis.Notification?.permission === "default") Notification.requestPermission();
  }

  through(id) { // "": the system's own; a browser may not know how
    this.sound.setSinkId?.(id === "default" ? "" : id ?? "").catch(() => this.sound.setSinkId("").catch(() => {}));
  }

  async once() { // to hear it; where it rings through cannot be chosen here
    this.sound.loop = false;
    this.sound.addEventListener("ended", () => { this.sound.loop = true; }, { once: true });
    await this.sound.play();
  }

  locked(yes) { document.getElementById("sound-locked").hidden = !yes; }

  show(offer, words) {
    if (offer === this.offer) return;
    this.stop();
    this.offer = offer;
    if (!offer) return;
    document.getElementById("announce").textContent = words;
    this.sound.loop = true;
    this.sound.play().then(() => this.locked(false), () => this.locked(true));
    this.flash = setInterval(() => { document.title = document.title === this.title ? "☎ Call waiting" : this.title; }, TITLE_MS);
    document.title = "☎ Call waiting";
    if (document.hidden && globalThis.Notification?.permission === "granted") {
      this.note = new Notification("A call is waiting", { body: "Open the desk to answer.", tag: "offer", requireInteraction: true });
      this.note.onclick = () => { focus(); this.note?.close(); };
    }
  }

  stop() {
    this.sound.loop = true;
    clearInterval(this.flash);
    this.note?.close();
    this.sound.pause();
    this.sound.currentTime = 0;
    document.title = this.title;
    document.getElementById("announce").textContent = "";
  }
}
