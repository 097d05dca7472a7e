// How do notes never get lost? Kept in this browser at every key, sent a second after the last one,
// and only forgotten here when the server has them.
import { ask, post, Refused } from "./ask.js";

const PAUSE_MS = 1000;
const NOT_KEPT = ["csrf_token", "version", "outcome", ""]; // everything else of the form is the record
const ONCE = (name) => name === "outcome" || name.startsWith("went_"); // said with the end of the wrap-up
const key = (call) => `record:${call}`;

export class RecordForm {
  constructor(region) {
    this.region = region;
    region.addEventListener("input", (event) => event.target.form?.id === "record-form" && this.changed());
    region.addEventListener("submit", (event) => event.target.id === "record-form" && this.finish(event));
    region.addEventListener("click", (event) => event.target.dataset.takeOver && this.takeOver(event.target.dataset.takeOver));
    addEventListener("online", () => this.dirty && this.save());
    this.open();
  }

  get form() { return this.region.querySelector("#record-form"); }
  get call() { return this.region.querySelector(".record")?.dataset.call ?? ""; }
  get fields() { return [...this.form.elements].filter((one) => !NOT_KEPT.includes(one.name) && !ONCE(one.name)); }
  get once() { return Object.fromEntries([...this.form.elements].filter((one) => ONCE(one.name)).map((one) => [one.name, one.value])); }
  get values() { return Object.fromEntries(this.fields.map((one) => [one.name, one.type === "checkbox" ? (one.checked ? one.value : "") : one.value])); }
  fill(values) { for (const one of this.fields) one.type === "checkbox" ? (one.checked = values[one.name] === one.value) : (one.value = values[one.name] ?? ""); }
  say(words) { this.region.querySelector("#saved").textContent = words; }

  open() { // what the server never confirmed comes back
    const kept = this.call && localStorage.getItem(key(this.call));
    this.dirty = false;
    if (!kept) return;
    this.fill(JSON.parse(kept));
    this.changed();
  }

  async show(call) { // the region follows the call, and is never drawn over while the call is the same
    if (call === this.call || (this.dirty && !(await this.save()))) return;
    try { this.region.innerHTML = await ask(this.region.dataset.url); } catch { return; } // the next look asks again
    globalThis.htmx?.process(this.region);
    this.open();
  }

  stage(state) { // the form stays as it is when the call ends; only the last step appears
    if (!this.form) return;
    this.form.querySelector("[data-finish]").hidden = state !== "wrap_up";
    this.form.querySelector("[data-later]").hidden = state === "wrap_up";
  }

  prefill(ahead) { // what 911 sent ahead, and what a crew did, is not asked twice: once into each field that is still empty
    if (!ahead || !this.form) return;
    const known = JSON.parse(ahead);
    const empty = (one) => (one.type === "checkbox" ? !one.checked : !one.value);
    const fresh = this.fields.filter((one) => known[one.name] && empty(one) && !sessionStorage.getItem(`ahead:${this.call}:${one.name}`));
    for (const one of fresh) {
      if (one === document.activeElement) continue;
      sessionStorage.setItem(`ahead:${this.call}:${one.name}`, "yes");
      if (one.type === "checkbox") one.checked = true; else one.value = known[one.name];
      this.changed();
    }
  }

  changed() {
    this.dirty = true;
    localStorage.setItem(key(this.call), JSON.stringify(this.values));
    this.say("Not saved yet…");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  async save() {
    clearTimeout(this.timer);
    if (this.saving) return this.saving;
    this.saving = this.send().finally(() => { this.saving = null; });
    return this.saving;
  }

  async send() {
    const { form, values, call } = this;
    try {
      const answer = await post(form.dataset.save, { ...values, version: form.dataset.version });
      this.confirmed(call, values, answer);
      return true;
    } catch (error) {
      if (error instanceof Refused && error.status === 409) this.conflict(values, error.answer);
      else {
        this.say("Kept in this browser; the server did not take it yet. Trying again.");
        this.timer = setTimeout(() => this.save(), 3 * PAUSE_MS);
      }
      return false;
    }
  }

  confirmed(call, sent, answer) {
    this.form.dataset.version = this.form.elements.version.value = answer.version;
    this.dirty = JSON.stringify(sent) !== JSON.stringify(this.values);
    if (this.dirty) { this.timer = setTimeout(() => this.save(), PAUSE_MS); return; }
    localStorage.removeItem(key(call));
    this.say(`Saved ${answer.at}.`);
  }

  conflict(mine, answer) {
    const box = this.region.querySelector("#conflict");
    box.replaceChildren();
    box.className = "notice thin";
    box.append(line("p", "This record was changed somewhere else. Choose which to keep."));
    const both = line("div", "");
    both.className = "both";
    both.append(this.version("Yours, here", "Keep mine", mine, answer.version), this.version("The other", "Take the other", answer.values, answer.version));
    box.append(both);
    this.say("");
  }

  version(title, button, values, version) {
    const side = line("div", "");
    const keep = line("button", button);
    keep.type = "button";
    keep.onclick = () => this.keep(values, version);
    side.append(line("h3", title), line("pre", Object.values(values).filter((value) => value && value !== "yes").join("\n") || "(empty)"), keep);
    return side;
  }

  keep(values, version) {
    this.fill(values);
    this.form.dataset.version = version;
    const box = this.region.querySelector("#conflict");
    box.className = "";
    box.replaceChildren();
    this.changed();
    return this.save();
  }

  async takeOver(url) { // the person's earlier plan, without leaving the page: a call may be on
    if (this.dirty && !(await this.save())) return;
    try {
      const answer = await post(url, { version: this.form.dataset.version });
      this.fill(answer.values);
      this.form.dataset.version = this.form.elements.version.value = answer.version;
      this.region.querySelector("#earlier-plan").remove();
      this.say("The earlier plan is here. Go through it together.");
      this.region.querySelector("[name=plan_signs]").focus();
    } catch (error) { this.say(`${error.message} The plan was not taken over; try again.`); }
  }

  async finish(event) {
    event.preventDefault();
    for (const old of this.region.querySelectorAll("#record-form .error")) old.remove();
    if (this.dirty && !(await this.save())) return;
    const { form, call } = this;
    try {
      await post(form.action, { ...this.values, ...this.once, version: form.dataset.version });
      localStorage.removeItem(key(call));
      this.region.dispatchEvent(new CustomEvent("finished", { bubbles: true }));
    } catch (error) {
      this.wrong(error.answer?.errors ?? {}, error);
    }
  }

  wrong(errors, error) {
    if (!Object.keys(errors).length) { this.say(`${error.message} Your notes are kept.`); return; }
    for (const [name, words] of Object.entries(errors)) {
      const field = this.form.elements[name];
      field.closest("details")?.setAttribute("open", "");
      const span = line("span", words);
      span.className = "error";
      span.role = "alert";
      field.setAttribute("aria-invalid", "true");
      field.after(span);
    }
    this.form.elements[Object.keys(errors)[0]].focus();
  }
}

function line(tag, text) { const made = document.createElement(tag); made.textContent = text; return made; }
