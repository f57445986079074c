/* Passkeys and security keys, beside allauth's own script: shows the buttons that need scripts, and says in words what
   went wrong, which allauth tells the console alone. */
const trouble = document.querySelector("[data-key-trouble]");

function words(error) {
  if (error?.name === "NotAllowedError" || error?.name === "AbortError") return trouble.dataset.wordsNone;
  return error?.name === "InvalidStateError" ? trouble.dataset.wordsKnown : trouble.dataset.wordsNotHere;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault(); // it is said here
  trouble.textContent = words(event.detail.exception);
  trouble.hidden = false;
  trouble.focus();
});

for (const place of document.querySelectorAll("[data-asks-for-key]")) {
  place.hidden = false;
  place.addEventListener("click", () => { trouble.hidden = true; });
  // Enter in a field does what the button does: without a key there is nothing to send.
  place.closest("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    place.querySelector("button").click();
  });
}
