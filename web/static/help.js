"use strict";
// Narrows the list while one types; without it the button asks the server, by the same rule.
const search = document.getElementById("q");
const has = (text, words) => words.every((word) => text.toLowerCase().includes(word));
const narrow = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let isEmpty = true;
  for (const part of document.querySelectorAll("#found section")) {
    const rest = words.filter((word) => !has(part.dataset.title, [word]));
    let isShown = rest.length === 0;
    for (const item of part.querySelectorAll("li")) {
      item.hidden = !has(item.textContent, rest);
      isShown ||= !item.hidden;
    }
    part.hidden = !isShown;
    isEmpty &&= !isShown;
  }
  document.getElementById("nothing").hidden = !isEmpty;
};
if (!location.search) search.addEventListener("input", narrow);  // the whole list is here
