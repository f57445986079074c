// Saves what is typed into a form with data-autosave, while it is typed. Without this script each button saves as well.
//
// The server keeps what was typed last: every save carries the time by this browser's clock, so that a save that was long
// on its way never undoes a later one. Without a connection what was typed waits in sessionStorage, and is sent again.

const PAUSE = 800; // ms without typing before a save
const RETRY = 15_000; // ms between tries without a connection

class Saver {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.mark = form.querySelector("[data-saved-mark]");
    this.key = `autosave:${this.url}`;
    this.timer = 0;
    this.showTimeHere();
    this.bringBack();
    form.addEventListener("input", () => this.typed());
    form.addEventListener("change", () => this.typed());
    form.addEventListener("submit", () => this.leave());
    addEventListener("online", () => this.waiting() && this.save());
    addEventListener("pagehide", () => this.timer && this.save({ keepalive: true }));
  }

  typed() {
    this.form.elements.typed_at.value = Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  // The button saves by itself; what waited in this browser goes with it.
  leave() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.form.elements.typed_at.value = Date.now();
  }

  async save(options = {}) {
    clearTimeout(this.timer);
    this.timer = 0;
    const body = new URLSearchParams(new FormData(this.form));
    const sent = body.get("typed_at");
    let response;
    try {
      response = await fetch(this.url, { method: "POST", body, headers: { Accept: "application/json" }, ...options });
    } catch {
      sessionStorage.setItem(this.key, body);
      this.say(this.mark.dataset.wordsOffline);
      this.timer = setTimeout(() => this.save(), RETRY);
      return;
    }
    if (!response.ok) {
      this.say(this.mark.dataset.wordsRefused);
      return;
    }
    const { saved } = await response.json();
    if (!saved) return; // newer typing was there before this came
    if (this.form.elements.typed_at.value === sent) sessionStorage.removeItem(this.key);
    this.say(this.mark.dataset.wordsSaved, new Date(saved));
  }

  waiting() {
    return sessionStorage.getItem(this.key);
  }

  // What was typed without a connection, on a page that was left or reloaded since.
  bringBack() {
    const kept = this.waiting();
    if (!kept) return;
    const answers = new URLSearchParams(kept);
    for (const field of this.form.elements) {
      if (!field.name || field.type === "hidden" || field.type === "submit") continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = answers.getAll(field.name).includes(field.value);
      else field.value = answers.get(field.name) ?? "";
    }
    this.form.elements.typed_at.value = answers.get("typed_at");
    this.save();
  }

  // The server writes the hour in UTC; the reader lives elsewhere.
  showTimeHere() {
    const time = this.mark.querySelector("time");
    if (time) this.say(this.mark.dataset.wordsSaved, new Date(time.dateTime));
  }

  say(words, at) {
    this.mark.textContent = words;
    if (!at) return;
    const time = document.createElement("time");
    time.dateTime = at.toISOString();
    const today = at.toDateString() === new Date().toDateString();
    const format = today ? { timeStyle: "short" } : { dateStyle: "long", timeStyle: "short" };
    const language = document.documentElement.lang;
    time.textContent = at.toLocaleString(language === "en" ? "en-GB" : language, format); // 14:00 and 30 September
    this.mark.append(" ", time);
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Saver(form);
