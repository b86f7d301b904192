// Tells the LMS to close its window (LTI Dynamic Registration 1.0, 3.7), and copies values.
"use strict";

(() => {
  const page = document.querySelector("[data-origins]");
  const lms = window.opener ?? (window.parent !== window ? window.parent : null);

  // Where the browser tells who frames us, only that page is told, if it is the LMS's; a window
  // that was opened knows its opener's origin only by trying.
  const close = () => {
    const origins = page.dataset.origins.split(" ");
    const around = window.opener ? undefined : window.location.ancestorOrigins?.[0];
    for (const origin of origins.includes(around) ? [around] : origins) {
      lms.postMessage({ subject: "org.imsglobal.lti.close" }, origin);
    }
  };

  if (page && lms) {
    const button = page.querySelector("[data-close]");
    button.hidden = false;
    button.addEventListener("click", close);
    if (page.dataset.closes === "at-once") close();
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    const words = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const value = button.parentElement.querySelector("code");
      try {
        await navigator.clipboard.writeText(value.textContent);
        button.textContent = button.dataset.copy;
        setTimeout(() => (button.textContent = words), 2000);
      } catch {
        // No clipboard here (a frame that may not): what is selected can be copied by hand.
        getSelection().selectAllChildren(value);
      }
    });
  }
})();
