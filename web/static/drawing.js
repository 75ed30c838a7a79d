"use strict";
// Draws a flow as its author did: cards where the flow editor has them, ways from each option to
// where it leads. Only a flow without places is laid out, apart from the page (layout.js). Without
// this file the cards are a list.
const SVG = "http://www.w3.org/2000/svg";
const LAYOUT_MS = 20_000;  // what takes longer stays a list
const LAYOUT = new URL("layout.js", document.currentScript.src);
const WIDER = 1.35, TALLER = 1.15;  // our cards beside the flow editor's
const GAP = 24, MARGIN = 40, TURN = 60;  // pixels: between cards, around them, of a way's bend
const ZOOMS = { least: 0.05, most: 2, step: 1.25 };
const laid = { key: "", layout: null };  // the last layout, for a picture that stayed as it was
let zoom = 1;

const draw = async (picture) => {
  const cards = [...picture.querySelectorAll("[data-node]")];
  picture.classList.add("drawn");  // cards are measured as they will lie
  picture.classList.remove("placed");
  const sizes = cards.map((card) => [card.offsetWidth, card.offsetHeight]);
  const exits = cards.map((card) => [...card.querySelector(".exits").children]);
  const middles = exits.map((all) => all.map((exit) => exit.offsetTop + exit.offsetHeight / 2));
  const places = asDrawn(cards, sizes) ?? await laidOut(picture, cards, sizes, exits);
  if (!places || !picture.isConnected) return;
  const boxes = new Map();
  cards.forEach((card, at) => {
    const [left, top] = places[at];
    card.style.left = `${left}px`;
    card.style.top = `${top}px`;
    card.style.containIntrinsicHeight = `${sizes[at][1]}px`;
    boxes.set(card.dataset.node, { left, top, right: left + sizes[at][0], bottom: top + sizes[at][1] });
  });
  const all = [...boxes.values()];
  const size = { width: Math.max(...all.map((box) => box.right)) + MARGIN, height: Math.max(...all.map((box) => box.bottom)) + MARGIN };
  const lines = picture.querySelector(".ways");
  for (const box of [picture.querySelector(".cards"), lines]) { box.style.width = `${size.width}px`; box.style.height = `${size.height}px`; }
  const ways = document.createDocumentFragment();
  cards.forEach((card, at) => exits[at].forEach((exit, number) => {
    const target = boxes.get(leadsTo(exit));
    if (target) ways.append(...way(boxes.get(card.dataset.node), middles[at][number], target, exit.querySelector("bdi")?.textContent));
  }));
  lines.append(ways);
  Object.assign(picture, { drawing: { boxes, size } });
  picture.classList.add("placed");  // from now on the browser skips what is out of sight
  scale(picture);
  picture.closest("[data-drawing]").querySelector("[role=toolbar]").hidden = false;
  drawMap(picture);
  const seen = picture.querySelector(":target") ?? picture.querySelector(".lit") ?? cards.find((card) => card.dataset.start) ?? cards[0];
  if (seen) show(picture, seen);
};

const leadsTo = (exit) => decodeURIComponent(exit.querySelector("a")?.hash.slice("#node-".length) ?? "");

// Where the author put the cards, moved down where ours would lie on another; nothing where a place is missing.
const asDrawn = (cards, sizes) => {
  if (!cards.every((card) => card.dataset.left)) return null;
  const lefts = cards.map((card) => Number(card.dataset.left)), tops = cards.map((card) => Number(card.dataset.top));
  const first = { left: Math.min(...lefts), top: Math.min(...tops) };
  const places = [], put = new Map();  // by column, as wide as a card
  const order = [...cards.keys()].sort((a, b) => tops[a] - tops[b] || lefts[a] - lefts[b]);
  for (const at of order) {
    const [width, height] = sizes[at];
    const left = MARGIN + (lefts[at] - first.left) * WIDER;
    let top = MARGIN + (tops[at] - first.top) * TALLER;
    const column = Math.floor(left / (width + GAP));
    const beside = [column - 1, column, column + 1].flatMap((one) => put.get(one) ?? [])
      .filter((box) => box.left < left + width + GAP && left < box.right + GAP && top < box.bottom + GAP).sort((a, b) => a.top - b.top);
    for (const box of beside) if (box.top < top + height + GAP && top < box.bottom + GAP) top = box.bottom + GAP;
    if (!put.has(column)) put.set(column, []);
    put.get(column).push({ left, top, right: left + width, bottom: top + height });
    places[at] = [left, top];
  }
  return places;
};

const laidOut = async (picture, cards, sizes, exits) => {
  picture.classList.remove("drawn");
  const known = new Set(cards.map((card) => card.dataset.node));
  const nodes = cards.map((card, at) => [card.dataset.node, ...sizes[at]]);
  const edges = cards.flatMap((card, at) => exits[at].map((exit, number) => [card.dataset.node, leadsTo(exit), number]).filter(([, to]) => known.has(to)));
  const key = JSON.stringify([nodes, edges]);
  if (key !== laid.key) Object.assign(laid, { key, layout: await layoutOf(nodes, edges) });
  if (!laid.layout) return null;
  picture.classList.add("drawn");
  return laid.layout.map(({ left, top }) => [left, top]);
};

const layoutOf = (nodes, edges) => new Promise((resolve) => {
  const worker = new Worker(LAYOUT);
  const end = (layout) => { worker.terminate(); resolve(layout); };
  setTimeout(end, LAYOUT_MS, null);
  worker.onmessage = ({ data }) => end(data);
  worker.onerror = () => end(null);
  worker.postMessage({ nodes, edges });
});

// A way: out of its option at the side nearer to where it leads, into the top of that card.
const way = (from, middle, to, words) => {
  const into = (to.left + to.right) / 2, y = from.top + middle;
  const isRight = into >= (from.left + from.right) / 2, x = isRight ? from.right : from.left;
  const bend = isRight ? TURN : -TURN;
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", "way");
  path.setAttribute("d", `M${x} ${y}C${x + bend} ${y} ${into} ${to.top - TURN} ${into} ${to.top}`);
  path.setAttribute("marker-end", "url(#tip)");
  if (!words) return [path];
  const label = document.createElementNS(SVG, "text");
  label.setAttribute("class", "way-words");
  label.setAttribute("x", x + Math.sign(bend) * 8);  // beside its option, where no card lies on it
  label.setAttribute("y", y - 4);
  label.setAttribute("text-anchor", isRight ? "start" : "end");
  label.textContent = words;
  return [path, label];
};

// --- looking around ---

const show = (picture, card) => {
  const { boxes } = picture.drawing, box = boxes.get(card.dataset.node);
  picture.scrollLeft = (box.left + box.right) / 2 * zoom - picture.clientWidth / 2;
  picture.scrollTop = (box.top + box.bottom) / 2 * zoom - picture.clientHeight / 2;
};

// Cards and ways are scaled as pictures, which lays nothing out anew.
const scale = (picture) => {
  const { width, height } = picture.drawing.size, sheet = picture.querySelector(".sheet");
  sheet.style.width = `${width * zoom}px`;
  sheet.style.height = `${height * zoom}px`;
  for (const part of [picture.querySelector(".cards"), picture.querySelector(".ways")]) part.style.transform = `scale(${zoom})`;
};
const setZoom = (picture, wanted, at = { x: picture.clientWidth / 2, y: picture.clientHeight / 2 }) => {
  const before = zoom;
  zoom = Math.min(ZOOMS.most, Math.max(ZOOMS.least, wanted));
  const left = (picture.scrollLeft + at.x) / before * zoom - at.x, top = (picture.scrollTop + at.y) / before * zoom - at.y;
  scale(picture);
  Object.assign(picture, { scrollLeft: left, scrollTop: top });
  frameMap(picture);
};
const fit = (picture) => {
  const { width, height } = picture.drawing.size;
  setZoom(picture, Math.min(1, picture.clientWidth / width, picture.clientHeight / height));
};
const LOOKS = {
  in: (picture) => setZoom(picture, zoom * ZOOMS.step),
  out: (picture) => setZoom(picture, zoom / ZOOMS.step),
  fit,
  full: (picture) => (document.fullscreenElement ? document.exitFullscreen() : picture.closest("[data-drawing]").requestFullscreen()),
};
const KEYS = { "+": "in", "=": "in", "-": "out", 0: "fit", f: "full" };
const pictureOf = (element) => element.closest("[data-drawing]")?.querySelector("[data-picture].drawn");

// --- the small map ---

const mapOf = (picture) => picture.closest("[data-drawing]")?.querySelector(".map");
const drawMap = (picture) => {
  const map = mapOf(picture);
  if (!map) return;
  const { boxes, size } = picture.drawing, canvas = map.querySelector("canvas"), pen = canvas.getContext("2d");
  const scale = Math.min(canvas.width / size.width, canvas.height / size.height);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = getComputedStyle(map).color;
  for (const box of boxes.values()) pen.fillRect(box.left * scale, box.top * scale, Math.max(1, (box.right - box.left) * scale), Math.max(1, (box.bottom - box.top) * scale));
  picture.drawing.scale = scale;
  frameMap(picture);
};
const frameMap = (picture) => {
  const frame = mapOf(picture)?.querySelector(".frame");
  if (!frame || !picture.drawing) return;
  const scale = picture.drawing.scale / zoom;
  mapOf(picture).hidden = picture.scrollWidth <= picture.clientWidth && picture.scrollHeight <= picture.clientHeight;
  frame.style.transform = `translate(${picture.scrollLeft * scale}px, ${picture.scrollTop * scale}px)`;
  frame.style.width = `${picture.clientWidth * scale}px`;
  frame.style.height = `${picture.clientHeight * scale}px`;
};
document.addEventListener("scroll", ({ target }) => { if (target.drawing) frameMap(target); }, { capture: true, passive: true });

// --- finding a node ---

const saidBy = (card) => [...card.children].filter((part) => !part.matches(".exits")).map((part) => part.textContent).join(" ").toLowerCase();
const found = { words: "", cards: [], at: -1 };
const find = (picture, words, field) => {
  if (words !== found.words) {
    const cards = words ? [...picture.querySelectorAll("[data-node]")].filter((card) => saidBy(card).includes(words)) : [];
    Object.assign(found, { words, cards, at: -1 });
  }
  picture.querySelector(".found")?.classList.remove("found");
  const { cards } = found, told = field.parentElement.querySelector("[data-found]");
  found.at = cards.length ? (found.at + 1) % cards.length : -1;
  told.textContent = words ? `${found.at + 1} / ${cards.length}` : "";
  if (found.at < 0) return;
  cards[found.at].classList.add("found");
  show(picture, cards[found.at]);
};

document.addEventListener("click", ({ target }) => {
  const look = target.closest("[data-look]"), picture = look && pictureOf(look);
  if (picture) LOOKS[look.dataset.look](picture);
});
document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (target.matches("[data-find]") && key === "Enter") return find(pictureOf(target), target.value.trim().toLowerCase(), target);
  if (!target.matches("[data-picture].drawn") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === "/") target.closest("[data-drawing]").querySelector("[data-find]").focus();
  else if (KEYS[key]) LOOKS[KEYS[key]](target);
  else return;
  event.preventDefault();
});
document.addEventListener("wheel", (event) => {
  const picture = event.ctrlKey ? event.target.closest("[data-picture].drawn") : null;
  if (!picture) return;
  event.preventDefault();
  const box = picture.getBoundingClientRect();
  setZoom(picture, zoom * Math.exp(-event.deltaY / 300), { x: event.clientX - box.left, y: event.clientY - box.top });
}, { passive: false });

// The picture is moved by its ground, with the mouse.
document.addEventListener("pointerdown", (event) => {
  const picture = event.pointerType === "mouse" && event.button === 0 ? event.target.closest("[data-picture].drawn") : null;
  if (!picture || event.target.closest("[data-node]")) return;
  const start = { x: event.clientX + picture.scrollLeft, y: event.clientY + picture.scrollTop };
  const move = ({ clientX, clientY }) => Object.assign(picture, { scrollLeft: start.x - clientX, scrollTop: start.y - clientY });
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", () => document.removeEventListener("pointermove", move), { once: true });
});

const drawAll = () => { for (const picture of document.querySelectorAll("[data-picture]")) draw(picture); };
drawAll();
document.addEventListener("renewed", drawAll);
