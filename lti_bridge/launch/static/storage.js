// Hands the login's mark to the platform, or asks for it (LTI postMessage Storage 0.1), and goes on:
// at once when it answers, and without it when it doesn't.
"use strict";

(() => {
  // Milliseconds. An answer takes a few; but a platform's page is often still loading when the
  // tool in it is there already, and drops what comes before its own scripts listen.
  const AGAIN = 250;
  const WORDS = 1000;
  const PATIENCE = { put: 3000, get: 5000 };
  const page = document.querySelector("[data-storage]");
  const { storage, origin, frame, key, value } = page.dataset;
  const subject = `lti.${storage}_data`;
  const isFramed = window.parent !== window;

  // The windows of the platform's pages around this one, nearest first: most tools are framed by
  // the platform itself, some by a frame within it. In a window of its own, who opened it.
  const around = () => {
    const found = [];
    for (let each = window; each !== each.parent; each = each.parent) found.push(each.parent);
    return isFramed ? found : [window.opener].filter((opener) => opener && !opener.closed);
  };

  // The frame that the platform named keeps things, where there is one (else its window does).
  const keeper = (platform) => {
    try {
      const named = frame !== "_parent" && platform.frames[frame];
      return named && typeof named.postMessage === "function" ? named : platform;
    } catch {
      return platform;
    }
  };

  const leave = (found) => {
    if (storage === "put") {
      window.location.replace(page.querySelector("a[hidden]").href);
      return;
    }
    // Who comes back to this page finds words instead of it: it can't be sent twice.
    history.replaceState(null, "", page.dataset.back);
    const form = page.querySelector("form");
    form.elements.stored_mark.value = found;
    form.submit();
  };

  const begin = () => {
    const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
    const message = { subject, message_id: id, key };
    if (storage === "put") message.value = value;
    const without = new Set();
    let asked = 0;
    let over = false;

    const ask = () => {
      const keepers = around().map(keeper); // a named frame may have come meanwhile
      for (const each of keepers) each.postMessage(message, origin);
      asked = keepers.length;
    };

    const goOn = (found) => {
      if (over) return;
      over = true;
      window.removeEventListener("message", answered);
      clearInterval(asking);
      leave(found);
    };

    const answered = (event) => {
      const data = event.data;
      if (event.origin !== origin || typeof data !== "object" || data === null) return;
      if (data.subject !== `${subject}.response` || data.message_id !== id) return;
      without.add(event.source);
      if (typeof data.value === "string" && !data.error) goOn(data.value);
      else if (without.size >= asked) goOn("");
    };

    window.addEventListener("message", answered);
    const asking = setInterval(ask, AGAIN);
    ask();
    // Cookies hold in a window of its own: there is nothing to wait for.
    if (asked === 0 || (storage === "put" && !isFramed)) goOn("");
    setTimeout(goOn, PATIENCE[storage], "");
    setTimeout(() => (page.querySelector("[role=status]").hidden = false), WORDS);
  };

  // Somebody came back to this page as it was left.
  window.addEventListener("pageshow", (event) => event.persisted && begin());
  begin();
})();
