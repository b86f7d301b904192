"use strict";

// Everybody in the class, asked for again and again; asking is also what keeps one in.
async function refresh() {
  let page;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // no network just now: the next turn tries again
  }
  const fresh = page.getElementById("live");
  const shown = document.getElementById("live");
  if (!fresh || page.body.dataset.page !== document.body.dataset.page) {
    location.reload();
  } else if (fresh.innerHTML !== shown.innerHTML) {
    shown.replaceWith(document.adoptNode(fresh));
  }
}

setInterval(refresh, 3000);
