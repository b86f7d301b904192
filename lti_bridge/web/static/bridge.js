// The little that the course pages do by themselves: ask how the class stands, and go in when it
// opens. Everything works without it, by its buttons.
"use strict";

(() => {
  const language = document.documentElement.lang;
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

  // Pages say times in UTC; their reader's zone only the browser knows.
  const tell = (root) => {
    for (const time of root.querySelectorAll("time")) {
      const begins = new Date(time.dateTime);
      const until = time.dataset.until;
      const words = until ? day.formatRange(begins, new Date(until)) : day.format(begins);
      time.firstElementChild.textContent = words;
    }
  };
  tell(document);

  const page = document.querySelector("[data-poll]");
  if (!page) return;
  const form = page.querySelector("form");
  const token = form.elements.session.value;
  const seconds = Number(page.dataset.poll);
  const enters = page.dataset.enter === "when-open";
  const digits = new Intl.NumberFormat(language, { useGrouping: false }).format;
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

  const send = (path) =>
    fetch(path, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
      credentials: "omit",
    });

  // The list of classes changed since the page was made: put the new one in its place, and leave
  // open what is unfolded.
  const list = async (version) => {
    const old = page.querySelector("[data-classes]");
    if (!old || !version || old.dataset.classes === version) return;
    const answer = await send("/course/classes");
    if (!answer.ok) return;
    const part = document.createRange().createContextualFragment(await answer.text());
    const fresh = part.querySelector("[data-classes]");
    const unfolded = old.querySelectorAll("details");
    fresh.querySelectorAll("details").forEach((one, index) => {
      one.open = unfolded[index]?.open ?? false;
    });
    tell(fresh);
    old.replaceWith(fresh);
  };

  const ask = async () => {
    timer = undefined;
    try {
      const answer = await send("/course/status");
      // Too old, or the meeting is gone: no further question would change that.
      if ([401, 403].includes(answer.status)) return show("stale", true);
      if (answer.ok) {
        const status = await answer.json();
        if (enters && status.open) return form.submit();
        use(status);
        await list(status.classes);
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

  // A list that was never asked for shall be there soon.
  if (page.querySelector("[data-classes='']")) ask();
  else later();
})();
