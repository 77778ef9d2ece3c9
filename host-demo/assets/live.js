// Fetches anew what changes by itself: every element with `data-live` is
// replaced by the one with its id, as the server shows it now, until that one
// no longer says `data-live`. The server is told which they are, so that it can
// leave out what takes long and is there already. Without script, the page is
// reloaded by hand.
"use strict";

const PAUSE_MS = 2000;

async function refresh() {
  const live = document.querySelectorAll("[data-live][id]");
  if (live.length === 0) return;
  try {
    const answer = await fetch(location.href, {
      credentials: "same-origin",
      headers: { "x-refresh": [...live].map((it) => it.id).join(" ") },
    });
    if (answer.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const old of live) {
        const now = page.getElementById(old.id);
        if (now === null) {
          old.removeAttribute("data-live");
        } else if (now.outerHTML !== old.outerHTML && !old.contains(document.activeElement)) {
          old.replaceWith(document.importNode(now, true));
        }
      }
    }
  } catch {
    // The server is away; the next round tries again.
  }
  setTimeout(refresh, PAUSE_MS);
}

setTimeout(refresh, PAUSE_MS);
