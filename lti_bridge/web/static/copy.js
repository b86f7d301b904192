// A button that copies what stands in a field. Frames of other sites are kept from the clipboard
// unless they were allowed it; the old way, by selecting, works in them too.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const told = document.querySelector(`[data-copied="${button.dataset.copy}"]`);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    if (!document.execCommand("copy")) await navigator.clipboard.writeText(field.value);
    told.textContent = told.dataset.words;
  });
}
