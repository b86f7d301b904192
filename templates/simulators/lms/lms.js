"use strict";

// The form that hands the browser over to a tool, and back.
document.querySelector("form[data-submit]")?.submit();

// A tool that returns from its frame brings the whole page back, not a page within the page.
if (document.body.classList.contains("leave-frame") && window.top !== window.self) {
  window.top.location.replace(window.location.href);
}

for (const link of document.querySelectorAll(".side a")) {
  link.addEventListener("click", () => {
    document.querySelector(".side [aria-current]")?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
  });
}
