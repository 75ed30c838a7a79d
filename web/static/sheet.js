"use strict";
// A question set's cases as a sheet: keys move between rows, and a new row is there when one is begun.
const sheet = document.querySelector("[data-sheet]");
const cellsNamed = (name) => [...sheet.querySelectorAll(`[data-cell="${name}"]`)];
sheet?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return sheet.requestSubmit(sheet.querySelector("button"));
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const { cell } = event.target.dataset;
  if (!step || !event.altKey || !cell) return;
  event.preventDefault();
  const column = cellsNamed(cell);
  column[column.indexOf(event.target) + step]?.focus();
});

// The last row that is empty is kept empty: who writes into it gets another one.
const MOST = 60;
sheet?.addEventListener("input", (event) => {
  const row = event.target.closest("tr[data-blank]");
  const body = row?.parentElement;
  if (!body || row !== body.lastElementChild || body.children.length >= MOST) return;
  const number = body.children.length;
  const copy = row.cloneNode(true);
  for (const part of copy.querySelectorAll("[name], [id], [for]")) {
    for (const name of ["name", "id", "for"]) {
      const held = part.getAttribute(name);
      if (held) part.setAttribute(name, held.replace(/^\d+(?=:)|\d+$/, number));
    }
    if (part.matches("textarea")) { part.value = ""; part.textContent = ""; }
    if (part.matches("input")) part.checked = false;
  }
  for (const part of copy.querySelectorAll("[aria-label], .visually-hidden")) {
    const up = (words) => words.replace(/\d+(?!.*\d)/, (last) => Number(last) + 1);
    if (part.ariaLabel) part.ariaLabel = up(part.ariaLabel); else part.textContent = up(part.textContent);
  }
  body.append(copy);
});

// Rows pasted from a spreadsheet fill rows here, from the cell that has the cursor on. There, cells
// with a line break stand in quotation marks.
const ORDER = ["question", "answer", "contains", "not_contains", "language"];
const CELL = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/y;
const cellsOf = (text) => {
  const rows = [[]];
  CELL.lastIndex = 0;
  while (CELL.lastIndex <= text.length) {
    const [, quoted, plain, end] = CELL.exec(text) ?? [, , text.slice(CELL.lastIndex), ""];
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (!end) break;
    if (end === "\n") rows.push([]);
  }
  return rows;
};
sheet?.addEventListener("paste", (event) => {
  const pasted = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const { cell } = event.target.dataset;
  if (!pasted.includes("\t") || !ORDER.includes(cell)) return;
  event.preventDefault();
  const first = cellsNamed(cell).indexOf(event.target), from = ORDER.indexOf(cell);
  cellsOf(pasted).forEach((cells, down) => cells.forEach((text, right) => {
    const target = cellsNamed(ORDER[from + right] ?? "")[first + down];
    if (!target) return;
    target.value = text;
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }));
});
