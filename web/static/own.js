"use strict";
// Everything works without this file but copying and live lists.
const WORDS = JSON.parse(document.getElementById("announce").dataset.words);  // in the page's language
const say = (name, values = {}) => WORDS[name].replace(/%\((\w+)\)s/g, (_, value) => values[value]);

const note = (words, isSeen) => {
  const box = document.getElementById("announce");
  box.classList.toggle("visually-hidden", !isSeen);
  if (box.textContent !== words) box.textContent = words;
};
const announce = (words) => note(words, false);  // for who listens
const complain = (words) => note(words, true);  // for everybody

// What renews itself, as the server wrote it.
const written = new Map([...document.querySelectorAll("[data-renew]")].map((part) => [part.id, part.outerHTML]));

// Times are written in UTC; show the reader's own.
const LANGUAGE = document.documentElement.lang;
const times = new Intl.DateTimeFormat(navigator.language.startsWith(LANGUAGE) ? undefined : LANGUAGE, { dateStyle: "medium", timeStyle: "medium", hour12: false });
const localise = (root) => {
  for (const time of root.querySelectorAll("time[datetime*='T']")) {
    time.title = `${time.dateTime} (UTC)`;
    time.textContent = times.format(new Date(time.dateTime));
  }
  for (const option of root.querySelectorAll("option[data-at]")) {  // which hold no elements
    option.textContent = times.format(new Date(option.dataset.at)) + option.dataset.rest;
  }
};
localise(document);

const copied = async (source) => {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {  // browsers offer no clipboard under plain http
    getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  }
};
document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  if (!await copied(document.getElementById(copy.dataset.copy))) return complain(say("select"));
  const words = copy.querySelector("span");
  words.textContent = say("copied");
  announce(say("copied"));
  setTimeout(() => { words.textContent = say("copy"); }, 2000);
});

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button) return;
  if (button.dataset.confirm && !confirm(button.dataset.confirm)) return event.preventDefault();
  if (!button.dataset.busy) return;
  announce(button.dataset.busy);
  button.dataset.words = button.textContent;
  setTimeout(() => {  // once the form is read: a disabled button says nothing
    button.textContent = button.dataset.busy;
    button.disabled = true;
  });
});
const idle = (button) => {
  if (!button?.dataset.words) return;
  button.textContent = button.dataset.words;
  button.disabled = false;
};

// Changes that were not saved are not left unasked.
const isChanged = (field) => {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.options) return field.value !== field.dataset.first;
  return "defaultValue" in field && field.value !== field.defaultValue;
};
const changing = document.querySelector("form[data-unsaved]");
for (const select of changing?.querySelectorAll("select") ?? []) select.dataset.first = select.value;
let isSending = false;
document.addEventListener("submit", (event) => { isSending = !event.defaultPrevented; });
addEventListener("beforeunload", (event) => {
  if (changing && !isSending && [...changing.elements].some(isChanged)) event.preventDefault();
});

// A sign-in link has the token behind the #, which leaves the address once it is in the form.
const entry = document.querySelector("form[action='/sign-in'] #token");
if (entry && location.hash.startsWith("#fh.")) {
  entry.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
  announce(say("link_token"));
}

addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

document.querySelector("[data-focus]")?.focus();
for (const chat of document.querySelectorAll(".chat[data-renew]")) chat.scrollTop = chat.scrollHeight;
for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "center" });

// Models that the key can use, asked for once a model's field is entered.
const form = document.querySelector("[data-models]");
form?.addEventListener("focusin", async (event) => {
  const list = document.getElementById("models");
  if (event.target.getAttribute("list") !== "models" || list.dataset.asked) return;
  list.dataset.asked = "yes";
  let found;
  try {
    const answer = await fetch(form.dataset.models, { headers: { Accept: "application/json" } });
    found = await answer.json();
    if (!answer.ok) throw new Error(found.error.message);
  } catch (failed) {
    delete list.dataset.asked;
    return complain(say("no_models", { reason: failed.message }));
  }
  for (const model of found.models) {
    const option = document.createElement("option");
    option.value = model.id;
    option.label = model.note;
    list.append(option);
  }
  announce(say("models", { count: found.models.length }));
});

// Times are filtered as they are shown, and asked for in UTC; what is blank is not asked for.
const filters = document.querySelector(".filters");
const timed = filters ? [...filters.querySelectorAll("input[type=datetime-local]")] : [];
for (const field of timed) {
  const label = filters.querySelector(`label[for=${field.id}]`);
  label.textContent = label.textContent.replace(" (UTC)", "");
  const asked = new Date(`${field.value}Z`);
  if (field.value) field.value = new Date(asked - asked.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
filters?.addEventListener("formdata", ({ formData }) => {
  for (const field of timed) if (field.value) formData.set(field.name, new Date(field.value).toISOString().slice(0, 16));
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
});

// The live lists: at most every two seconds, and only while somebody looks. Looking is no sign
// of life: an idle session still ends, and the page then asks for the token.
const LIVE_MS = 2000, RENEW_MS = 5000, MOST_ROWS = 200;
const ask = (path, accept) => fetch(path, { headers: { Accept: accept, "X-Renewal": "yes" } });
const rows = document.querySelector("[data-live]");
const look = async () => {
  if (!document.getElementById("live").checked) return;
  const asked = new URLSearchParams(location.search);
  asked.set("after", rows.dataset.newest ?? rows.querySelector("tr")?.dataset.id ?? "");
  const answer = await ask(`${rows.dataset.live}?${asked}`, "application/json");
  if (answer.status === 401) return location.reload();
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error.message);
  if (!found.count) return;
  rows.dataset.newest = found.newest;
  document.getElementById("none")?.remove();
  if (found.next_cursor) rows.replaceChildren();  // too many came: what stood here is behind the link
  rows.insertAdjacentHTML("afterbegin", found.rows);
  const fresh = [...rows.children].slice(0, found.count);
  for (const row of fresh) { row.classList.add("fresh"); localise(row); }
  const isFull = rows.children.length > MOST_ROWS;
  while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
  if (isFull || found.next_cursor) older(found.next_cursor ?? rows.lastElementChild.dataset.id);
  announce(say(found.count === 1 ? "new_call" : "new_calls", { count: found.count }));
};
const older = (cursor) => {
  const link = document.getElementById("older"), place = new URL(link.href);
  place.searchParams.set("cursor", cursor);
  link.href = place;
  link.hidden = false;
};
const renew = async () => {
  if (!getSelection().isCollapsed) return;
  const answer = await ask(location.href, "text/html");
  if (answer.redirected) return location.replace(answer.url);  // to sign in
  if (answer.status >= 500) throw new Error("no page came");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const [id, before] of written) {
    const part = document.getElementById(id), fresh = page.getElementById(id);
    const { activeElement } = document;
    if (!fresh || fresh.outerHTML === before || (part !== activeElement && part.contains(activeElement))) continue;
    written.set(id, fresh.outerHTML);
    localise(fresh);
    if (fresh.dataset.news && fresh.dataset.news !== part.dataset.news) announce(fresh.dataset.news);
    const isAtEnd = part.scrollTop + part.clientHeight >= part.scrollHeight - 8;
    const { scrollTop, scrollLeft } = part, isFocused = part === activeElement;
    part.replaceWith(fresh);
    fresh.dispatchEvent(new Event("renewed", { bubbles: true }));
    Object.assign(fresh, { scrollTop: fresh.matches(".chat") && isAtEnd ? fresh.scrollHeight : scrollTop, scrollLeft });
    if (isFocused) fresh.focus();
  }
};
const every = async (milliseconds, update) => {
  await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
  if (document.visibilityState === "visible") {
    await update().then(
      () => { if (!document.getElementById("announce").classList.contains("visually-hidden")) announce(""); },
      () => complain(say("not_updated")),
    );
  }
  every(milliseconds, update);
};
if (rows) every(LIVE_MS, look);
if (written.size) every(RENEW_MS, renew);

// Files may be dropped on a form, also on one that came later.
const dropping = (event) => event.target.closest?.("[data-drop]");
document.addEventListener("dragover", (event) => {
  const form = dropping(event);
  if (!form) return;
  event.preventDefault();
  form.classList.add("over");
});
document.addEventListener("dragleave", (event) => dropping(event)?.classList.remove("over"));
document.addEventListener("drop", (event) => {
  const form = dropping(event);
  if (!form) return;
  event.preventDefault();
  form.classList.remove("over");
  form.querySelector("input[type=file]").files = event.dataTransfer.files;
  form.requestSubmit();
});
