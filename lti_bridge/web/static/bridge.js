// The little that the course pages do by themselves: ask how the class stands, and go in when it
// opens. Everything works without it, by its buttons.
"use strict";

(() => {
  const page = document.querySelector("[data-poll]");
  if (!page) return;
  const form = page.querySelector("form");
  const token = form.elements.session.value;
  const seconds = Number(page.dataset.poll);
  const enters = page.dataset.enter === "when-open";
  const digits = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false }).format;
  let timer;

  const show = (name, visible) => {
    for (const element of page.querySelectorAll(`[data-when=${name}]`)) element.hidden = !visible;
  };

  const use = (status) => {
    show("running", status.running === true);
    show("quiet", status.running === false);
    show("unknown", status.running === null && !status.trouble);
    show("trouble", status.trouble);
    for (const element of page.querySelectorAll("[data-people]")) {
      element.hidden = status.participants === null;
      element.querySelector("[data-count]").textContent = digits(status.participants ?? 0);
    }
  };

  const ask = async () => {
    timer = undefined;
    try {
      const answer = await fetch("/course/status", {
        method: "POST",
        headers: { Authorization: `Bearer ${token}` },
        credentials: "omit",
      });
      // Too old, or the meeting is gone: no further question would change that.
      if ([401, 403].includes(answer.status)) return show("stale", true);
      if (answer.ok) {
        const status = await answer.json();
        if (enters && status.open) return form.submit();
        use(status);
      }
    } catch {
      // The line is down for a moment: the next question will tell.
    }
    return later();
  };

  // Never sooner than said, and not in step with everybody else's.
  const later = () => {
    timer = setTimeout(ask, 1000 * seconds * (1 + 0.25 * Math.random()));
  };

  // Browsers let the clock of a hidden page run slowly: who comes back to it wants to know now.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || timer === undefined) return;
    clearTimeout(timer);
    ask();
  });

  // A double click on Join is meant once: a second window would bring the same person in twice.
  let joined = -Infinity;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - joined < 2000) event.preventDefault();
    else joined = event.timeStamp;
  });

  later();
})();
