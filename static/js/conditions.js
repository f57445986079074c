// Folds away what is asked only after a certain answer (templates/events/_asked.html). Without this script it stands there, under
// "If …", and the server drops what wasn't asked: what is typed into a folded field is sent all the same.

const parts = [...document.querySelectorAll("[data-if]")];

function answers(form, name) {
  return new FormData(form).getAll(name);
}

// In the order of the page: what hangs on something that is folded is folded too.
function fold() {
  const folded = new Set();
  for (const part of parts) {
    const form = part.closest("form");
    const wanted = JSON.parse(part.dataset.values);
    part.hidden = folded.has(part.dataset.if) || !answers(form, part.dataset.if).some((answer) => wanted.includes(answer));
    for (const field of part.querySelectorAll("[name]")) if (part.hidden) folded.add(field.name);
  }
}

for (const form of new Set(parts.map((part) => part.closest("form")))) {
  form.addEventListener("input", fold);
  form.addEventListener("change", fold);
}
addEventListener("pageshow", fold);
fold();
