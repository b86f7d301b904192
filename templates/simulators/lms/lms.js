"use strict";

// The form that hands the browser over to a tool, and back.
document.querySelector("form[data-submit]")?.submit();

// A tool that returns from its frame brings the whole page back, not a page within the page.
if (document.body.classList.contains("leave-frame") && window.top !== window.self) {
  window.top.location.replace(window.location.href);
}

// What a tool's picker brought is in the course by now: so is who picked it.
const leaving = document.querySelector("[data-leave-for]");
if (leaving && window.top !== window.self && !leaving.querySelector(".bad")) {
  window.top.location.replace(leaving.dataset.leaveFor);
}

for (const link of document.querySelectorAll(".side a")) {
  link.addEventListener("click", () => {
    document.querySelector(".side [aria-current]")?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
  });
}

// Keeps things for tools (LTI postMessage Storage): each origin has its own, as long as the page.
if (document.querySelector("[data-keeps-for-tools]")) {
  const kept = new Map();
  window.addEventListener("message", (event) => {
    const { subject, message_id, key, value } = event.data ?? {};
    if (!["lti.put_data", "lti.get_data"].includes(subject)) return;
    const own = `${event.origin} ${key}`;
    const answer = { subject: `${subject}.response`, message_id, key };
    if (!message_id || !key) {
      answer.error = { code: "bad_request", message: "message_id and key are needed" };
    } else {
      if (subject === "lti.put_data") kept.set(own, value);
      answer.value = kept.get(own) ?? null;
    }
    event.source.postMessage(answer, event.origin);
  });
}

// A tool that has registered itself says so (LTI Dynamic Registration 1.0, 3.7): its frame goes.
const registering = document.querySelector("iframe[data-registers]");
window.addEventListener("message", (event) => {
  if (!registering || event.source !== registering.contentWindow) return;
  if (event.data?.subject !== "org.imsglobal.lti.close") return;
  window.location.replace(registering.dataset.registers);
});

// A tool that says how high its page is gets a frame of that height.
const tool = document.querySelector("iframe.tool");
window.addEventListener("message", (event) => {
  if (!tool || event.source !== tool.contentWindow) return;
  const { subject, height } = event.data ?? {};
  if (subject !== "lti.frameResize" || !Number.isFinite(height) || height <= 0) return;
  tool.style.height = `${Math.min(height, 20000)}px`;
});
