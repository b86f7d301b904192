// Which time zone somebody is in, only their browser knows: it is kept in a cookie of these pages,
// which holds nothing else. Whoever chose a zone on "Your account" has that one.
"use strict";

(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (zone) document.cookie = `lti-bridge-zone=${zone}; path=/admin; SameSite=Lax${secure}`;
})();
