/* Says at once that a chosen file is too large, instead of after minutes on a slow line. The server judges again. */
for (const input of document.querySelectorAll("input[type=file][data-bytes]")) {
  input.addEventListener("change", () => {
    const large = [...input.files].some((file) => file.size > Number(input.dataset.bytes));
    input.setCustomValidity(large ? input.dataset.wordsLarge : "");
    input.reportValidity();
  });
}
