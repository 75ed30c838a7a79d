"use strict";
// Everything works without this file but copying and live lists.
const announce = (words) => { document.getElementById("announce").textContent = words; };

// Times are written in UTC; show the reader's own.
const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", hour12: false });
const localise = (root) => {
  for (const time of root.querySelectorAll("time[datetime*='T']")) {
    time.title = `${time.dateTime} (UTC)`;
    time.textContent = times.format(new Date(time.dateTime));
  }
};
localise(document);

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const source = document.getElementById(copy.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    getSelection().selectAllChildren(source);
    announce("Marked; press Ctrl and C to copy.");
    return;
  }
  const words = copy.querySelector("span");
  words.textContent = "Copied";
  announce("Copied.");
  setTimeout(() => { words.textContent = "Copy"; }, 2000);
});

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button) return;
  if (button.dataset.confirm && !confirm(button.dataset.confirm)) return event.preventDefault();
  if (!button.dataset.busy) return;
  announce(button.dataset.busy);
  setTimeout(() => {  // once the form is read: a disabled button says nothing
    button.textContent = button.dataset.busy;
    button.disabled = true;
  });
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

document.querySelector("[data-focus]")?.focus();
for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "center" });

// Models that the key can use, asked for once a model's field is entered.
const form = document.querySelector("[data-models]");
form?.addEventListener("focusin", async (event) => {
  const list = document.getElementById("models");
  if (event.target.getAttribute("list") !== "models" || list.dataset.asked) return;
  list.dataset.asked = "yes";
  const answer = await fetch(form.dataset.models, { headers: { Accept: "application/json" } });
  const found = await answer.json();
  if (!answer.ok) return announce(found.error.message);
  for (const model of found.models) {
    const option = document.createElement("option");
    option.value = model.id;
    option.label = model.note;
    list.append(option);
  }
  announce(`${found.models.length} models to choose from.`);
});

// The live list: at most every two seconds, and only while somebody looks.
const LIVE_MS = 2000, MOST_ROWS = 200;
const rows = document.querySelector("[data-live]");
const look = async () => {
  const asked = new URLSearchParams(location.search);
  asked.set("after", rows.dataset.newest ?? rows.querySelector("tr")?.dataset.id ?? "");
  const answer = await fetch(`${rows.dataset.live}?${asked}`, { headers: { Accept: "application/json" } });
  const found = await answer.json();
  if (answer.status === 401) {
    document.getElementById("live").checked = false;
    return announce("You are signed out.");
  }
  if (!answer.ok || !found.count) return;
  rows.dataset.newest = found.newest;
  document.getElementById("none")?.remove();
  rows.insertAdjacentHTML("afterbegin", found.rows);
  const fresh = [...rows.children].slice(0, found.count);
  for (const row of fresh) { row.classList.add("fresh"); localise(row); }
  while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
  announce(found.count === 1 ? "One new call." : `${found.count} new calls.`);
};
const keepLooking = async () => {
  if (document.getElementById("live").checked && document.visibilityState === "visible") {
    await look().catch(() => announce("The list cannot be updated at the moment."));
  }
  setTimeout(keepLooking, LIVE_MS);
};
if (rows) setTimeout(keepLooking, LIVE_MS);

// Files may be dropped on the form.
for (const form of document.querySelectorAll("[data-drop]")) {
  const field = form.querySelector("input[type=file]");
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
