"""What drawing a flow of 3,000 nodes costs: the server, the page's bytes, and the browser's script.

`python -m bench.drawing [nodes]` serves the page from an embedded Redis and looks around in it with
Debian's Chromium, as an author does: it drags the picture, zooms by the wheel, finds a node. It is
not part of `make bench`, since it needs a browser. Milliseconds of script, style and layout are
Chromium's own count (`Performance.getMetrics`), for each step; ends with 1 where a goal is missed.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask
from playwright.sync_api import CDPSession, Page, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from bench.goals import FAIL, verdict
from bench.pages import ADMIN_TOKEN, OPERATOR, Row, signed_in, times
from flowhook.config import Config
from flowhook.redis import embedded
from flowhook.redis.connect import connect
from service.background import Background
from tests.web.browser.conftest import Quiet, find_chromium

NODES, COLUMNS = 3_000, 20
STEPS = 60
ORG = "bench"
FLOW = f"/organisations/{ORG}/flows/large"
GOALS = {"pan": 8.0, "server": 100.0}  # milliseconds
COUNTED = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration")
Places = dict[str, dict[str, dict[str, int]]]


def main() -> None:
    nodes = int(sys.argv[1]) if len(sys.argv) > 1 else NODES
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for line in measured(Path(folder), nodes):
            print(line, flush=True)
            missed += line.count(FAIL)
    sys.exit(1 if missed else 0)


def measured(data_dir: Path, nodes: int) -> Iterator[str]:
    key = Fernet.generate_key().decode()
    config = Config(admin_token=ADMIN_TOKEN, encryption_keys=(key,), data_dir=data_dir)
    redis = connect(None, data_dir)
    app = create_app(config, redis)
    try:
        client = signed_in(app)
        client.put(f"/settings/{ORG}/openai", json={"is_active": False}, headers=OPERATOR)
        imported = client.post(f"/flows/{ORG}", json=large_flow(nodes), headers=OPERATOR)
        assert imported.status_code == 200, imported.get_data()
        row = times(client, redis, "flow", FLOW, {"Accept": "text/html"}, 20)
        page = client.get(FLOW, headers={"Accept": "text/html"}).get_data()
        yield from of_server(row, page, nodes)
        with served(app) as origin:
            yield from of_browser(origin)
    finally:
        app.extensions[Background.NAME].close()
        embedded.release(data_dir)


def of_server(row: Row, page: bytes, nodes: int) -> Iterator[str]:
    packed = len(gzip.compress(page, 6)) / 1000
    yield (
        f"page of {nodes:,} nodes: {len(page) / 1000:,.0f} KB, {packed:.0f} KB compressed,"
        f" {len(page) / nodes:.0f} bytes a node"
    )
    goal = verdict(row.worst, GOALS["server"])
    yield f"server: {row.median:.0f} ms, at most {row.worst:.0f}, {goal}; first {row.first:.0f}"


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


def of_browser(origin: str) -> Iterator[str]:
    path = find_chromium()
    if path is None:
        raise SystemExit("there is no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(f"{origin}/sign-in")
        page.fill("#token", ADMIN_TOKEN)
        page.press("#token", "Enter")
        page.wait_for_load_state()
        counts = page.context.new_cdp_session(page)
        counts.send("Performance.enable")
        yield drawn(page, counts, origin)
        yield looked_around(page, counts, "pan", pan)
        yield looked_around(page, counts, "zoom", zoom)
        yield looked_around(page, counts, "find", find, steps=5)
        browser.close()


def drawn(page: Page, counts: CDPSession, origin: str) -> str:
    before, began = count(counts), time.perf_counter()
    page.goto(origin + FLOW)
    page.wait_for_selector(".way", state="attached")
    clock = (time.perf_counter() - began) * 1000
    return f"drawn after {clock:,.0f} ms: {spent(counts, before)}"


def looked_around(page: Page, counts: CDPSession, name: str, look: Any, steps: int = STEPS) -> str:
    """The milliseconds of a step."""
    page.locator("#picture").scroll_into_view_if_needed()
    settle(page)
    before = count(counts)
    look(page, steps)
    settle(page)
    told, script = spent(counts, before, steps), script_of(counts, before, steps)
    goal = f", {verdict(script, GOALS[name])}" if name in GOALS else ""
    return f"{name}, a step: {told}{goal}"


def pan(page: Page, steps: int) -> None:
    """Drag the picture's ground to and fro with the mouse."""
    box = page.locator("#picture").bounding_box()
    assert box is not None
    x, y = ground(page)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(steps):
        page.mouse.move(x - 5 * step % 400, y - 5 * step % 300)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.mouse.up()


def ground(page: Page) -> tuple[float, float]:
    """A point of the picture on which no card lies."""
    found = page.evaluate("""() => {
      const box = document.getElementById("picture").getBoundingClientRect();
      for (let y = box.bottom - 40; y > box.top; y -= 9)
        for (let x = box.right - 40; x > box.left; x -= 9) {
          const at = document.elementFromPoint(x, y);
          if (at?.closest("#picture") && !at.closest("[data-node]")) return [x, y];
        }
    }""")
    return found[0], found[1]


def zoom(page: Page, steps: int) -> None:
    """Turn the wheel with Ctrl, outwards and back."""
    x, y = ground(page)
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    for step in range(steps):
        page.mouse.wheel(0, 40 if step < steps // 2 else -40)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.keyboard.up("Control")


def find(page: Page, steps: int) -> None:
    field = page.locator("[data-find]")
    field.fill("place 17")
    for _ in range(steps):
        field.press("Enter")


def settle(page: Page) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def count(counts: CDPSession) -> dict[str, float]:
    """Milliseconds since the page began."""
    found = {one["name"]: one["value"] for one in counts.send("Performance.getMetrics")["metrics"]}
    return {name: found[name] * 1000 for name in COUNTED}


def spent(counts: CDPSession, before: dict[str, float], steps: int = 1) -> str:
    now = count(counts)
    script, layout, style, task = ((now[name] - before[name]) / steps for name in COUNTED)
    return f"{script:,.1f} ms of script, {layout + style:,.1f} of layout, {task:,.1f} in all"


def script_of(counts: CDPSession, before: dict[str, float], steps: int) -> float:
    name = COUNTED[0]
    return (count(counts)[name] - before[name]) / steps


def large_flow(nodes: int) -> dict[str, Any]:
    """A flow as an export has it: half of the nodes ask and go three ways, all have places."""
    names = [f"node-{number:04}-4e0c-9b1f-0a6f5d3c2b1a" for number in range(nodes)]
    made = [node(number, names) for number in range(nodes)]
    places = {
        name: {"position": {"left": number % COLUMNS * 300, "top": number // COLUMNS * 320}}
        for number, name in enumerate(names)
    }
    definition = {
        "uuid": "large",
        "name": "Large",
        "spec_version": "13.1.0",
        "nodes": made,
        "_ui": {"nodes": places},
    }
    return {"flows": [{"definition": definition, "keywords": ["large"]}]}


def node(number: int, names: list[str]) -> dict[str, Any]:
    def at(place: int) -> str | None:
        return names[place] if place < len(names) else None

    text = f"This is place {number}. Which of these would you like to hear about today?"
    action = {"uuid": f"a-{number}", "type": "send_msg", "text": text, "quick_replies": []}
    if number % 2:
        exits = [{"uuid": f"e-{number}", "destination_uuid": at(number + 1)}]
        return {"uuid": names[number], "actions": [action], "exits": exits}
    ways = ("Crops", "Weather", "Other")
    targets = (at(number + 1), at(number + COLUMNS), at(number + COLUMNS + 1))
    cases = [
        {
            "uuid": f"k-{number}-{way}",
            "type": "has_any_word",
            "arguments": [way.lower()],
            "category_uuid": f"c-{number}-{way}",
        }
        for way in ways[:2]
    ]
    router = {
        "type": "switch",
        "operand": "@input.text",
        "wait": {"type": "msg"},
        "result_name": f"answer_{number}",
        "default_category_uuid": f"c-{number}-Other",
        "cases": cases,
        "categories": [
            {"uuid": f"c-{number}-{way}", "name": way, "exit_uuid": f"e-{number}-{way}"}
            for way in ways
        ],
    }
    exits = [
        {"uuid": f"e-{number}-{way}", "destination_uuid": target}
        for way, target in zip(ways, targets, strict=True)
    ]
    return {"uuid": names[number], "actions": [action], "router": router, "exits": exits}


if __name__ == "__main__":
    main()
