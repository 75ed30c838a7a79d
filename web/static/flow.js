"use strict";
// The simulator: what changes only its stage is fetched, so that the page stays as it is.
const toEnd = () => { const chat = document.querySelector(".chat"); if (chat) chat.scrollTop = chat.scrollHeight; };
toEnd();

// A changed setting counts at once.
document.addEventListener("change", (event) => {
  const set = event.target.closest("[data-auto]")?.querySelector("[value=set]:enabled");
  set?.form.requestSubmit(set);
});

// The simulator's forms change only the stage; while the answer is awaited it takes nothing else.
const spoken = (stage) => [...stage.querySelectorAll(".bubble")];
document.addEventListener("submit", async (event) => {
  const stage = document.getElementById("stage");
  if (!event.target.matches("[data-stay]") || !stage) return;
  event.preventDefault();
  const filled = new FormData(event.target, event.submitter);
  const body = event.target.enctype.startsWith("multipart") ? filled : new URLSearchParams(filled);
  const held = event.target.matches("[data-auto]") ? document.activeElement.id || "say" : "say";
  stage.inert = true;
  let fresh;
  try {
    const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "text/html" } });
    if (answer.status === 401) return event.target.submit();  // the session has ended: that page shows what was typed
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    fresh = page.getElementById("stage");
    if (!fresh) return location.reload();
  } catch {
    stage.inert = false;
    idle(event.submitter);
    return complain(say("no_answer"));
  }
  const before = body.get("action") === "start" ? 0 : spoken(stage).length;
  stage.replaceWith(fresh);
  drawAll();
  toEnd();
  document.getElementById(held)?.focus();
  announce(spoken(fresh).slice(before).map((bubble) => bubble.innerText).join(" "));
});
