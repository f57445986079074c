/* What somebody means who is still typing: below a search field with data-suggest (the address that is asked), a list to choose
   from by arrows, Enter and pointer, after the pattern of a combobox with a listbox. Without this script the field is a field, and
   the page of the results offers the same words as links. Nothing is written into the browser's history. */

const PAUSE = 120; // ms without typing before the server is asked
const LONGEST = 500; // characters; who pastes a page is not typing a word
const LETTERS = /[\p{L}\p{N}\p{M}]{2}$/u; // nothing is asked for one letter, nor after a space, a quote, a mark

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function combobox(field) {
  const list = make("ul", { id: `${field.id}-suggestions`, className: "suggestions", hidden: true, role: "listbox" });
  const said = make("p", { className: "visually-hidden", role: "status" });
  list.setAttribute("aria-label", field.dataset.wordsList);
  field.parentElement.append(list);
  field.form.append(said);
  field.role = "combobox";
  field.autocomplete = "off";
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  let asking = new AbortController();
  let timer = 0;
  let notBefore = 0; // where the server asked for patience
  let chosen = -1;

  const options = () => [...list.children];

  function close() {
    clearTimeout(timer);
    asking.abort();
    list.hidden = true;
    said.textContent = "";
    field.setAttribute("aria-expanded", "false");
    point(-1);
  }

  function point(at) {
    options()[chosen]?.setAttribute("aria-selected", "false");
    chosen = at;
    const option = options()[chosen];
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  }

  function take(option) {
    close();
    if (option.dataset.url) return location.assign(option.dataset.url);
    field.value = option.dataset.text;
    field.form.requestSubmit();
  }

  function show(answer) {
    const words = answer.words.map((one) => {
      const option = make("li", {}, one.before, make("b", { lang: one.language, textContent: one.word }));
      option.dataset.text = one.before + one.word;
      option.dir = "auto";
      return option;
    });
    const links = answer.links.map((one) => {
      const option = make("li", { className: "suggestions-name" }, make("bdi", { textContent: one.label }), " ", make("span", { textContent: one.kind }));
      option.dataset.url = one.url;
      return option;
    });
    list.replaceChildren(...words, ...links);
    options().forEach((option, place) => {
      option.id = `${list.id}-${place}`;
      option.role = "option";
      option.setAttribute("aria-selected", "false");
    });
    chosen = -1;
    field.removeAttribute("aria-activedescendant");
    list.hidden = !options().length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = answer.said;
  }

  async function ask() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const asked = new URLSearchParams([...new FormData(field.form)].filter(([, value]) => value));
    try {
      const response = await fetch(`${field.dataset.suggest}?${asked}`, { signal, headers: { Accept: "application/json" } });
      if (response.status === 429) notBefore = Date.now() + 1000 * Number(response.headers.get("Retry-After"));
      const answer = response.ok ? await response.json() : null;
      if (signal.aborted || document.activeElement !== field) return;
      if (answer) show(answer);
      else close();
    } catch {
      if (!signal.aborted) close(); // no line: the field is a field
    }
  }

  function typed() {
    clearTimeout(timer);
    const text = field.value;
    const atEnd = field.selectionEnd === text.length;
    if (!atEnd || text.length > LONGEST || !LETTERS.test(text) || Date.now() < notBefore) return close();
    timer = setTimeout(ask, PAUSE);
  }

  field.addEventListener("input", (event) => {
    if (!event.isComposing) typed();
  });
  field.addEventListener("compositionend", typed);
  field.addEventListener("blur", close);
  field.form.addEventListener("submit", close);
  addEventListener("pageshow", close);

  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const count = options().length;
    if (list.hidden) {
      if (event.key === "ArrowDown") typed();
      return;
    }
    if (event.key === "ArrowDown") point(chosen + 1 < count ? chosen + 1 : -1);
    else if (event.key === "ArrowUp") point(chosen === -1 ? count - 1 : chosen - 1);
    else if (event.key === "Enter" && chosen !== -1) take(options()[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });

  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}

for (const field of document.querySelectorAll("input[data-suggest]")) combobox(field);
