"use strict";
// Lays the flow's cards out and draws the ways between them; without it they are a list.
const SVG = "http://www.w3.org/2000/svg";
const GAP = 28;

const draw = (picture) => {
  const cards = [...picture.querySelectorAll("[data-node]")];
  picture.classList.add("drawn");
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: GAP, ranksep: GAP * 2, marginx: GAP, marginy: GAP });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(cards.map((card) => card.dataset.node));
  for (const card of cards) graph.setNode(card.dataset.node, { width: card.offsetWidth, height: card.offsetHeight });
  for (const card of cards) {
    [...card.querySelectorAll("[data-to]")].forEach((exit, number) => {
      if (known.has(exit.dataset.to)) graph.setEdge(card.dataset.node, exit.dataset.to, {}, String(number));
    });
  }
  dagre.layout(graph);
  const { width, height } = graph.graph();
  for (const card of cards) {
    const place = graph.node(card.dataset.node);
    card.style.left = `${place.x - place.width / 2}px`;
    card.style.top = `${place.y - place.height / 2}px`;
  }
  const list = picture.querySelector(".cards"), ways = picture.querySelector(".ways");
  for (const box of [list, ways]) { box.style.width = `${width}px`; box.style.height = `${height}px`; }
  ways.style.left = `${list.offsetLeft}px`;
  for (const old of ways.querySelectorAll("path.way")) old.remove();
  for (const edge of graph.edges()) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", "way");
    path.setAttribute("d", curve(graph.edge(edge).points));
    path.setAttribute("marker-end", "url(#tip)");
    ways.append(path);
  }
  const lit = picture.querySelector(".lit");
  if (lit) {
    picture.scrollTop = lit.offsetTop - picture.clientHeight / 2 + lit.offsetHeight / 2;
    picture.scrollLeft = lit.offsetLeft - picture.clientWidth / 2 + lit.offsetWidth / 2;
  } else {
    const start = cards[0];
    if (start) picture.scrollLeft = start.offsetLeft - picture.clientWidth / 2 + start.offsetWidth / 2;
  }
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
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    fresh = page.getElementById("stage");
    if (!fresh) return location.reload();
  } catch {
    stage.inert = false;
    idle(event.submitter);
    return complain("No answer came. Load the page again to see where the flow stands.");
  }
  const before = body.get("action") === "start" ? 0 : spoken(stage).length;
  stage.replaceWith(fresh);
  drawAll();
  toEnd();
  document.getElementById(held)?.focus();
  announce(spoken(fresh).slice(before).map((bubble) => bubble.innerText).join(" "));
});
