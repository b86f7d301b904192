// What the picker does by itself: say in which zone times are meant, and carry its answer to the
// LMS, and show only the fields that how a class is repeated needs. Everything works without it:
// times are in UTC then, and a button carries the answer.
"use strict";

(() => {
  document.querySelector("form[data-submit]")?.submit();

  for (const times of document.querySelectorAll("[data-times]")) {
    const field = (name) => times.querySelector(`[name$="-${name}"]`);
    const show = () => {
      const repeats = field("repeat").value !== "";
      const until = field("ends").value === "until";
      field("ends").closest(".field").hidden = !repeats;
      field("count").closest(".field").hidden = !repeats || until;
      field("last").closest(".field").hidden = !repeats || !until;
    };
    times.addEventListener("change", show);
    show();
  }

  const zone = document.querySelector("input[name=zone]");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || !own || zone.value !== "UTC") return;
  zone.value = own;
  document.querySelector("[data-zone]").textContent = own;
})();
