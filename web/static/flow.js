"use strict";
// Lays the flow's cards out and draws the ways between them; without it they are a list.
const SVG = "http://www.w3.org/2000/svg";
const LAYOUT_MS = 20_000;  // what takes longer stays a list
const LAYOUT = new URL("layout.js", document.currentScript.src);
const laid = { key: "", layout: null };  // the last layout, for a picture that stayed as it was

const draw = async (picture) => {
  const cards = [...picture.querySelectorAll("[data-node]")];
  picture.classList.add("drawn");  // cards are measured as they will lie
  const nodes = cards.map((card) => [card.dataset.node, card.offsetWidth, card.offsetHeight]);
  picture.classList.remove("drawn");
  const known = new Set(cards.map((card) => card.dataset.node));
  const edges = cards.flatMap((card) => [...card.querySelectorAll("[data-to]")]
    .map((exit, number) => [card.dataset.node, exit.dataset.to, number])
    .filter(([, to]) => known.has(to)));
  const key = JSON.stringify([nodes, edges]);
  let { layout } = laid;
  if (key !== laid.key) {
    layout = await layoutOf(nodes, edges);
    Object.assign(laid, { key, layout });
  }
  if (layout && picture.isConnected) place(picture, cards, layout);
};

const layoutOf = (nodes, edges) => new Promise((resolve) => {
  const worker = new Worker(LAYOUT);
  const end = (layout) => { worker.terminate(); resolve(layout); };
  setTimeout(end, LAYOUT_MS, null);
  worker.onmessage = ({ data }) => end(data);
  worker.onerror = () => end(null);
  worker.postMessage({ nodes, edges });
});

const place = (picture, cards, { width, height, places, ways }) => {
  picture.classList.add("drawn");
  cards.forEach((card, number) => {
    card.style.left = `${places[number].left}px`;
    card.style.top = `${places[number].top}px`;
  });
  const list = picture.querySelector(".cards"), lines = picture.querySelector(".ways");
  for (const box of [list, lines]) { box.style.width = `${width}px`; box.style.height = `${height}px`; }
  lines.style.left = `${list.offsetLeft}px`;
  for (const points of ways) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", "way");
    path.setAttribute("d", curve(points));
    path.setAttribute("marker-end", "url(#tip)");
    lines.append(path);
  }
  const seen = picture.querySelector(":target") ?? picture.querySelector(".lit") ?? cards[0];
  if (!seen) return;
  if (seen !== cards[0]) picture.scrollTop = seen.offsetTop - picture.clientHeight / 2 + seen.offsetHeight / 2;
  picture.scrollLeft = seen.offsetLeft - picture.clientWidth / 2 + seen.offsetWidth / 2;
};

// A smooth line through the points.
const curve = (points) => {
  const [first, ...rest] = points;
  let line = `M${first.x} ${first.y}`;
  for (let place = 0; place < rest.length - 1; place += 1) {
    const middle = { x: (rest[place].x + rest[place + 1].x) / 2, y: (rest[place].y + rest[place + 1].y) / 2 };
    line += `Q${rest[place].x} ${rest[place].y} ${middle.x} ${middle.y}`;
  }
  const last = rest.at(-1);
  return `${line}L${last.x} ${last.y}`;
};

const drawAll = () => { for (const picture of document.querySelectorAll("[data-picture]")) draw(picture); };
const toEnd = () => { const chat = document.querySelector(".chat"); if (chat) chat.scrollTop = chat.scrollHeight; };
drawAll();
toEnd();
document.addEventListener("renewed", drawAll);

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
  const body = new URLSearchParams(new FormData(event.target, event.submitter));
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
