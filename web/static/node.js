"use strict";
// A node's form: variables go in where the cursor is, and the server's linter looks while one types.
const LOOK_MS = 600;
let field = null;
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("form[data-lint] textarea, form[data-lint] input[type=text], form[data-lint] input:not([type])")) field = target;
});
document.addEventListener("click", ({ target }) => {
  const variable = target.closest("[data-insert]")?.dataset.insert;
  if (!variable || !field || field.readOnly) return;
  field.focus();
  field.setRangeText(variable, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

const issues = document.getElementById("issues");
const shown = (issue) => {
  const line = document.createElement("p"), severity = document.createElement("strong");
  line.className = `issue issue-${issue.severity.toLowerCase()}`;
  line.dir = "auto";
  severity.textContent = `${issue.severity}: `;
  line.append(severity, issue.message);
  return line;
};
const none = () => {
  const line = document.createElement("p");
  line.className = "text-body-secondary";
  line.textContent = issues.dataset.none;
  return line;
};
const lint = async (form) => {
  const answer = await fetch(form.dataset.lint, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
  const found = await answer.json();
  const told = answer.ok ? found.issues : [{ severity: "Critical", message: found.error.message }];
  issues.replaceChildren(...(told.length ? told.map(shown) : [none()]));
};
let waiting = 0;
document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-lint]");
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => lint(form).catch(() => {}), LOOK_MS);
});
