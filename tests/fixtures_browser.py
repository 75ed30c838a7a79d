"""A real browser on the whole service: Debian's Chromium, driven by Playwright.

Installed where the tests may (root on Debian); a machine without it skips on a laptop and fails
where CI is set.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.fixtures_app import Service

if TYPE_CHECKING:  # every test loads this module; only those with a browser need its packages
    from playwright.sync_api import Browser, ConsoleMessage, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL_SECONDS = 600
ONLY_FAULTS = {"resultTypes": ["violations"]}
# Whoever sets SCREENSHOTS renews the pictures in docs; other runs leave the checkout alone.
SCREENSHOTS = Path(__file__).parent.parent / "docs" / "screenshots"


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        return None


@dataclass
class Tab:
    """A page of the browser; what its console complained of is kept."""

    page: Page
    origin: str
    pictures: Path
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def check(self, name: str = "") -> None:
        """No serious fault for people with other means, nothing wider than the screen."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, options=ONLY_FAULTS).response["violations"]
        serious = [
            (fault["id"], fault["impact"], [node["html"] for node in fault["nodes"]][:3])
            for fault in found
            if fault["impact"] in ("serious", "critical")
        ]
        assert not serious, (self.page.url, serious)
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not self.page.evaluate(wide), f"{self.page.url} scrolls sideways"
        if name:
            self.pictures.mkdir(parents=True, exist_ok=True)
            self.page.evaluate("scrollTo(0, 0)")
            self.page.screenshot(path=self.pictures / f"{name}.png")


@pytest.fixture(scope="module")  # Playwright's event loop must not outlast its tests
def chromium() -> Iterator[Browser]:
    path = find_chromium() or install_chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium, and apt-get could not install it")
        pytest.skip("there is no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install_chromium() -> str | None:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    command = ["apt-get", "install", "--yes", "--no-install-recommends"]
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with open(Path(tempfile.gettempdir()) / "flowhook-chromium.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may want it at once
        for step in (["apt-get", "update"], [*command, "chromium", "fonts-liberation"]):
            if find_chromium() is None:
                subprocess.run(
                    step, env=environ, capture_output=True, timeout=INSTALL_SECONDS, check=False
                )
    return find_chromium()


@pytest.fixture
def origin(service: Service) -> Iterator[str]:
    """The service on a free port."""
    server = make_server("127.0.0.1", 0, service.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture(params=["light", "dark", "phone"])
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tab(chromium: Browser, origin: str, tmp_path: Path) -> Iterator[Tab]:
    """A page that must end without a complaint on its console."""
    yield from _opened(chromium, origin, tmp_path, "light")


@pytest.fixture
def looked_at(chromium: Browser, origin: str, tmp_path: Path, look: str) -> Iterator[Tab]:
    """The same in light, in dark, and on a phone."""
    yield from _opened(chromium, origin, tmp_path, look)


def _opened(chromium: Browser, origin: str, tmp_path: Path, look: str) -> Iterator[Tab]:
    width, height = (360, 740) if look == "phone" else (1100, 760)
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if look == "dark" else "light",
        permissions=["clipboard-read", "clipboard-write"],
        locale="en-GB",
        timezone_id="Asia/Kolkata",
    )
    page = context.new_page()
    tab = Tab(page, origin, SCREENSHOTS if os.environ.get("SCREENSHOTS") else tmp_path)
    page.on("console", tab.hear)
    page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    page.set_default_timeout(10_000)
    yield tab
    context.close()
    assert not tab.complaints
