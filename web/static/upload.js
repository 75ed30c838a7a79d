"use strict";
// Files of a form are sent one by one, each with its progress; without this file all go at once.
const upload = document.querySelector("form[data-upload]");
const picker = upload?.querySelector("input[type=file]");
const uploads = document.getElementById("uploads");

const began = (file) => {
  const row = document.createElement("li"), name = document.createElement("span");
  const bar = document.createElement("progress"), words = document.createElement("span");
  row.className = "mt-2 text-break";
  name.className = "fw-semibold";
  name.dir = words.dir = "auto";
  name.textContent = file.name;
  bar.className = "budget";
  bar.max = 1;
  bar.value = 0;
  bar.ariaLabel = file.name;
  words.textContent = say("upload_waits");
  row.append(name, " ", words, bar);
  uploads.append(row);
  return { file, bar, words };
};
const ended = ({ file, bar, words }, text, isSent) => {
  bar.remove();
  words.textContent = text;
  words.classList.toggle("text-danger-emphasis", !isSent);
  announce(`${file.name}: ${text}`);
  return isSent;
};
const answerOf = (request) => {
  try { return JSON.parse(request.responseText); } catch { return {}; }
};

// One request, told how far it is; resolves to whether the file was taken.
const sent = (row) => new Promise((resolve) => {
  const { file, bar, words } = row;
  if (file.size > Number(upload.dataset.most)) return resolve(ended(row, say("upload_large"), false));
  const request = new XMLHttpRequest(), body = new FormData();
  body.append("file", file);
  request.open("POST", upload.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRF-Token", upload.elements.csrf.value);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = total ? loaded / total : 0;
    words.textContent = say("upload_part", { part: `${Math.floor(bar.value * 100)} %` });
  });
  request.addEventListener("load", () => {
    if (request.status === 401) return location.reload();
    const answer = answerOf(request), isSent = request.status < 300;
    resolve(ended(row, (isSent ? answer.words : answer.error?.message) ?? say("upload_broke"), isSent));
  });
  request.addEventListener("error", () => resolve(ended(row, say("upload_broke"), false)));
  request.send(body);
});

let sending = Promise.resolve(), waiting = 0;
const sendAll = (files) => {
  uploads.hidden = false;
  const begun = [...files].map(began);
  waiting += begun.length;
  for (const row of begun) {
    sending = sending.then(() => sent(row)).then(async () => {
      waiting -= 1;
      await renew().catch(() => {});
    });
  }
};
upload?.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  if (!picker.files.length) return;
  sendAll(picker.files);
  picker.value = "";
});
picker?.addEventListener("change", () => { if (picker.files.length) upload.requestSubmit(); });
if (upload) upload.querySelector("button").hidden = true;  // what is chosen is sent
addEventListener("beforeunload", (event) => { if (waiting) event.preventDefault(); });
