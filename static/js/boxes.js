/* The admin's boxes to search and choose from: their parts get the field's label and what is chosen as their name, which
   the library leaves out. */
function name() {
  for (const part of document.querySelectorAll(".select2-selection__rendered")) {
    const label = document.querySelector(`label[for="${part.id.slice("select2-".length, -"-container".length)}"]`);
    const words = [label?.textContent, part.getAttribute("title")].filter(Boolean).join(" ").trim();
    if (words && part.getAttribute("aria-label") !== words) part.setAttribute("aria-label", words);
  }
}

new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
name();
