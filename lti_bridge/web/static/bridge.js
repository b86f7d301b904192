// The little that the course pages do by themselves: ask how the class stands, and go in when it
// opens. Everything works without it, by its buttons.
"use strict";

(() => {
  const language = document.documentElement.lang;
  const { zone, zoneChosen, calendar } = document.documentElement.dataset;
  const isJalali = (calendar ?? (language === "fa" ? "jalali" : "")) === "jalali";
  const ourCalendar = isJalali ? "persian" : "gregory";
  const day = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "short",
    calendar: ourCalendar,
  });

  const formats = {
    day: new Intl.DateTimeFormat(language, { dateStyle: "full", calendar: ourCalendar }),
    time: new Intl.DateTimeFormat(language, { timeStyle: "short" }),
  };

  // Pages say times in UTC as long as they don't know their reader's zone: their browser does.
  const elsewhere = zone !== day.resolvedOptions().timeZone && zoneChosen === undefined;
  const tell = (root) => {
    if (!elsewhere) return;
    for (const time of root.querySelectorAll("time")) {
      const begins = new Date(time.dateTime);
      const until = time.dataset.until;
      const format = formats[time.dataset.only] ?? day;
      const words = until ? format.formatRange(begins, new Date(until)) : format.format(begins);
      time.firstElementChild.textContent = words;
    }
    for (const list of root.querySelectorAll("[data-days]")) byDay(list);
  };

  // Where the day is another than in UTC, a class belongs under that one's heading.
  const byDay = (list) => {
    const heading = list.querySelector(".day");
    if (!heading) return;
    const days = new Map();
    for (const line of list.querySelectorAll("li")) {
      const { dateTime } = line.querySelector("time");
      const words = formats.day.format(new Date(dateTime));
      days.set(words, [...(days.get(words) ?? []), line]);
    }
    const groups = [...days].map(([words, lines]) => {
      const one = heading.cloneNode(true);
      one.querySelector("time").dateTime = lines[0].querySelector("time").dateTime;
      one.querySelector("time").firstElementChild.textContent = words;
      one.querySelector("ul").replaceChildren(...lines);
      return one;
    });
    list.replaceChildren(...groups);
  };
  tell(document);

  // What is to be copied can be selected by hand, too.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copies);
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      document.execCommand("copy"); // frames often may not use the clipboard by themselves
    }
    button.parentElement.querySelector("[data-is-copied]").hidden = false;
  });

  const page = document.querySelector("[data-poll]");
  if (!page) return;
  const form = () => page.querySelector("form.actions");
  const enters = page.dataset.enter === "when-open";
  const seconds = Number(page.dataset.poll);
  const longest = 120;
  const digits = new Intl.NumberFormat(language, { useGrouping: false }).format;
  const two = new Intl.NumberFormat(language, { useGrouping: false, minimumIntegerDigits: 2 })
    .format;
  let timer;
  let failures = 0;
  let asked = -Infinity;

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

  const send = (path) => {
    const { session, meeting } = form().elements;
    return fetch(path, {
      method: "POST",
      headers: { Authorization: `Bearer ${session.value}` },
      body: new URLSearchParams(meeting ? { meeting: meeting.value } : {}),
      credentials: "omit",
    });
  };
  const fragment = (html) => document.createRange().createContextualFragment(html);

  // What somebody is at stays theirs when it is replaced: the same button or fold, or the one that
  // does the same now, or the place itself.
  const deeds = (root) => [...root.querySelectorAll("button, summary")];
  const deed = (one) => `${one.localName} ${one.closest("form")?.getAttribute("action") ?? ""}`;
  const same = (one) => {
    const about = one.closest("form")?.elements.meeting?.value;
    return [deed(one), about ?? one.closest("[data-fold]")?.dataset.fold].join(" ");
  };
  const hold = (held, fresh) => {
    const there =
      deeds(fresh).find((one) => same(one) === same(held)) ??
      deeds(fresh).find((one) => deed(one) === deed(held) && one.localName === "button");
    if (!there) fresh.tabIndex = -1;
    (there ?? fresh).focus({ preventScroll: true });
  };

  const words = (lead) =>
    [...lead.querySelectorAll(".eyebrow, h2, .when")].map((one) => one.textContent.trim())
      .join(", ") || lead.getAttribute("aria-label");

  // Leaves open what is unfolded, and says what has come to the top of the page.
  const replace = (old, fresh) => {
    for (const one of old.querySelectorAll("[data-fold][open]")) {
      const again = fresh.querySelector(`[data-fold="${one.dataset.fold}"]`);
      if (again) again.open = true;
    }
    tell(fresh);
    const held = old.contains(document.activeElement) ? document.activeElement : undefined;
    const said = page.querySelector("[data-said]");
    if (said && "lead" in fresh.dataset && words(fresh) !== words(old)) {
      said.textContent = words(fresh);
    }
    old.replaceWith(fresh);
    if (held) hold(held, fresh);
  };

  // The class on top of the page or the lists changed since it was made: put the new ones in their
  // place. Without a status: whatever it is; whether there still is such a page.
  const refresh = async (status) => {
    const known = { lead: status?.lead, lists: status?.classes };
    const changed = ["lead", "lists"].filter((name) => {
      const version = page.querySelector(`[data-${name}]`)?.dataset[name];
      return version !== undefined && version !== known[name];
    });
    if (!changed.length) return false;
    const answer = await send("/course/classes");
    if (!answer.ok) return false;
    const part = fragment(await answer.text());
    for (const name of changed) {
      replace(page.querySelector(`[data-${name}]`), part.querySelector(`[data-${name}]`));
    }
    return true;
  };

  // Of the page of a class that is held, what changes comes whole; never away under somebody's
  // hands.
  let shown = "";
  const renew = async (answer) => {
    const place = page.querySelector("[data-fresh]");
    const html = await answer.text();
    if (html === shown || place.contains(document.activeElement)) return;
    shown = html;
    place.replaceChildren(fragment(html));
    tell(place);
  };

  const opening = page.querySelector("[data-opens-in]");
  let opens = opening ? performance.now() + Number(opening.dataset.opensIn) : undefined;

  // Whether to go in now, or to where it says why there will be no class.
  const take = async (answer) => {
    if (page.dataset.part) {
      await renew(answer);
      return false;
    }
    const status = await answer.json();
    if (enters && (status.open || status.closed)) return true;
    if (opening && status.opens_in) opens = performance.now() + status.opens_in;
    use(status);
    await refresh(status);
    return false;
  };

  const ask = async () => {
    timer = undefined;
    asked = performance.now();
    try {
      const answer = await send(page.dataset.part ?? page.dataset.status ?? "/course/status");
      // Too old, or the meeting is gone and no other is in its place: no further question would
      // change that.
      if ([401, 403].includes(answer.status) && !(await refresh())) return show("stale", true);
      failures = answer.ok ? 0 : failures + 1;
      if (answer.ok && (await take(answer))) return form().submit();
    } catch {
      failures += 1; // The line is down for a moment: the next question will tell.
    }
    return later();
  };

  // Never sooner than said; while nobody answers ever more rarely, and not in step with everybody
  // else. Once a class opens whose time is known, within a few seconds.
  const later = (wait = seconds) => {
    const spread = failures || enters ? 0.25 * Math.random() : 0;
    let next = Math.min(longest, wait * 2 ** failures) * (1 + spread);
    const left = opens === undefined ? 0 : (opens - performance.now()) / 1000;
    if (left > 0) next = Math.min(next, left + 4 * Math.random());
    timer = setTimeout(ask, 1000 * next);
  };

  const count = () => {
    const left = Math.max(0, Math.ceil((opens - performance.now()) / 1000));
    const hours = Math.floor(left / 3600);
    const clock = [two(hours % 24), two(Math.floor(left / 60) % 60), two(left % 60)].join(":");
    const days = Math.floor(hours / 24);
    const unit = { style: "unit", unit: "day", unitDisplay: "long" };
    const words = days ? `${new Intl.NumberFormat(language, unit).format(days)} ` : "";
    opening.firstElementChild.textContent = `${words}${clock}`;
  };
  if (opening) {
    count();
    setInterval(count, 1000);
  }

  // Browsers let the clock of a hidden page run slowly: who comes back to it wants to know now.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || timer === undefined) return;
    if (performance.now() - asked < 1000 * seconds) return;
    clearTimeout(timer);
    ask();
  });

  // A double click on Join is meant once: a second window would bring the same person in twice.
  let joined = -Infinity;
  page.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    if (event.timeStamp - joined < 2000) event.preventDefault();
    else joined = event.timeStamp;
  });

  // What nobody asked for of late shall be there soon.
  if (page.matches(":has([data-ask])")) ask();
  else later("soon" in page.dataset ? 2 : seconds);
})();
