// What the page of scheduling does by itself: offer the browser's own time zone, and show only the
// fields that are needed: by how it is repeated, by whether one class is changed or more, and by
// what the chosen service can do. Everything works without it.
"use strict";

(() => {
  const zone = document.querySelector("[data-zone-choice]");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && own && !("chosen" in zone.dataset) && zone.value === "UTC") {
    const there = [...zone.options].some((option) => option.value === own);
    if (!there) zone.add(new Option(own, own));
    zone.value = own;
  }

  const service = document.querySelector("[data-services]");
  const fit = () => {
    const can = service.selectedOptions[0].dataset.can.split(",");
    for (const part of document.querySelectorAll("[data-needs]")) {
      part.hidden = !can.includes(part.dataset.needs);
    }
  };
  service?.addEventListener("change", fit);
  if (service) fit();

  const scopes = [...document.querySelectorAll("input[name=scope][type=radio]")];
  const extend = () => {
    const alone = scopes.some((one) => one.checked && one.value === "this");
    for (const part of document.querySelectorAll("[data-onward]")) part.hidden = alone;
  };
  for (const one of scopes) one.addEventListener("change", extend);
  extend();

  const repeat = document.querySelector("[data-repeats] select[name=repeat]");
  const ends = document.querySelector("[data-repeats] select[name=ends]");
  const parts = document.querySelectorAll("[data-repeats] [data-when]");
  const show = () => {
    for (const part of parts) part.hidden = !part.dataset.when.split(" ").includes(repeat.value);
    for (const name of ["count", "until"]) {
      document.getElementById(name).closest(".field").hidden = ends.value !== name;
    }
  };
  if (!repeat) return;
  repeat.addEventListener("change", show);
  ends.addEventListener("change", show);
  show();
})();
