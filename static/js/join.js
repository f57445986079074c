// Saves what is typed into a form with data-autosave, while it is typed. Without this script each button saves as well.
//
// What is typed is kept in this tab before anything is sent, by draft and page, and let go once the server has it. So a line
// that is gone, a server that is busy and a page that is left in haste lose nothing: it is sent again, from whichever page of
// the draft is open, and put back where it was typed. The server keeps what was typed last: every save carries the time by
// this browser's clock, so that a save that was long on its way never undoes a later one.

const PAUSE = 800; // ms without typing before a save
const RETRY = 15_000; // ms before another try, where the server doesn't say when

const known = document.querySelector("[data-draft]").dataset;
const form = document.querySelector("form[data-autosave]");
const here = form?.dataset.autosave; // the page's name: "city/new"
const mark = form?.querySelector("[data-saved-mark]");
let draft = known.draft || "new";
let timer = 0;
let last = Promise.resolve(); // saves go one after the other: the first of all begins the draft

// --- What this tab keeps ---------------------------------------------------------------------------------------------

const nameOf = (page) => `join ${draft} ${page}`;

function kept() {
  const names = Object.keys(sessionStorage).filter((name) => name.startsWith(nameOf("")));
  return names.map((name) => [name.slice(nameOf("").length), new URLSearchParams(sessionStorage.getItem(name))]);
}

function keep() {
  form.elements.typed_at.value = Date.now();
  const answers = new URLSearchParams(new FormData(form));
  answers.delete("csrfmiddlewaretoken");
  sessionStorage.setItem(nameOf(here), answers);
}

// What was typed before there was a draft is this one's. That of another one goes: it was sent, deleted, or somebody else's.
function tidy() {
  for (const name of Object.keys(sessionStorage)) {
    const [what, whose, page] = name.split(" ");
    if (what !== "join" || whose === draft) continue;
    if (whose === "new") sessionStorage.setItem(nameOf(page), sessionStorage.getItem(name));
    sessionStorage.removeItem(name);
  }
}

// What the server has by now, sent by a button or on leaving, or something newer that was typed elsewhere.
function letGoOfSaved() {
  for (const [page, answers] of kept()) {
    const step = document.querySelector(`[data-step="${page.split("/")[0]}"]`);
    if (Number(step?.dataset.typedAt) >= Number(answers.get("typed_at"))) sessionStorage.removeItem(nameOf(page));
  }
}

function putBack() {
  const answers = new Map(kept()).get(here);
  if (!answers) return;
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "submit") continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = answers.getAll(field.name).includes(field.value);
    else field.value = answers.get(field.name) ?? "";
  }
  for (const fold of form.querySelectorAll(".more:has(:checked)")) fold.open = true;
  form.elements.typed_at.value = answers.get("typed_at");
}

// --- Saving ----------------------------------------------------------------------------------------------------------

function saveIn(pause) {
  clearTimeout(timer);
  timer = setTimeout(save, pause);
}

function save() {
  clearTimeout(timer);
  timer = 0;
  last = last.then(saveAll);
}

async function saveAll() {
  let sent = false;
  for (const [page, answers] of kept()) {
    let response, answer;
    try {
      response = await send(page, answers, { signal: AbortSignal.timeout(RETRY) });
      if (response.ok) answer = await response.json();
    } catch {
      // no line, or something on the way that answers in the server's place
    }
    if (!answer) {
      const busy = response?.status === 429 || response?.status >= 500;
      const again = busy || !response || response.ok;
      if (page === here || again) say(busy ? "wordsBusy" : again ? "wordsOffline" : "wordsRefused");
      if (!again) continue;
      if (!timer) saveIn(Number(response?.headers.get("Retry-After")) * 1000 || RETRY);
      return;
    }
    draft = answer.draft;
    tidy();
    if (sessionStorage.getItem(nameOf(page)) === String(answers)) sessionStorage.removeItem(nameOf(page));
    if (page === here && answer.saved) say("wordsSaved", new Date(answer.saved)); // else newer typing was there before it
    sent = true;
  }
  if (sent && !form) location.reload(); // the page of all answers shows those as well
}

function send(page, answers, options) {
  const body = new URLSearchParams(answers);
  body.set("csrfmiddlewaretoken", known.token);
  return fetch(known.save.replace("*", page), { method: "POST", body, headers: { Accept: "application/json" }, ...options });
}

// A save on its way out: what comes of it, the next page knows.
function leave() {
  const answers = timer && new Map(kept()).get(here);
  if (answers) send(here, answers, { keepalive: true }).catch(() => {});
}

// --- What the reader sees --------------------------------------------------------------------------------------------

function say(words, at) {
  if (!mark) return;
  mark.textContent = mark.dataset[words];
  if (!at) return;
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  const today = at.toDateString() === new Date().toDateString();
  const format = today ? { timeStyle: "short" } : { dateStyle: "long", timeStyle: "short" };
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang; // 30 September
  time.textContent = at.toLocaleString(`${language}-u-nu-latn-hc-h23`, format); // 14:00, in the digits of the page
  mark.append(" ", time);
}

tidy();
letGoOfSaved();
if (form) {
  putBack();
  const time = mark.querySelector("time");
  if (time) say("wordsSaved", new Date(time.dateTime)); // the server writes the hour in UTC; the reader lives elsewhere
  for (const kind of ["input", "change"])
    form.addEventListener(kind, () => {
      keep();
      saveIn(PAUSE);
    });
  form.addEventListener("submit", () => {
    keep(); // the button saves by itself, where it gets through
    clearTimeout(timer);
    timer = 0;
  });
}
if (known.save) {
  addEventListener("pageshow", save);
  addEventListener("online", save);
  addEventListener("pagehide", leave);
}
