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
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.fixtures_app import Service
from tests.missing import missing
from tests.web.browser.tab import Tab

SHELL = "chromium-headless-shell"  # the same without windows, at half the processor time
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome")
FONTS = ("fonts-liberation", "fonts-noto-core")  # the second has Devanagari
INSTALL_SECONDS = 600
PATIENCE_MILLISECONDS = 30_000  # a busy machine takes longer than Playwright would wait
# Whoever sets SCREENSHOTS renews the pictures in docs; other runs leave the checkout alone.
SCREENSHOTS = Path(__file__).parents[3] / "docs" / "screenshots"


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        return None


@pytest.fixture(scope="module")  # Playwright's event loop must not outlast its tests
def chromium() -> Iterator[Browser]:
    path = find_chromium() or install_chromium()
    if path is None:
        missing("there is no Chromium, and apt-get could not install it")
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
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
        install = ([*command, name, *FONTS] for name in (SHELL, "chromium"))
        for step in (["apt-get", "update"], *install):
            if find_chromium() is None:
                subprocess.run(
                    step, env=environ, capture_output=True, timeout=INSTALL_SECONDS, check=False
                )
    return find_chromium()


@contextmanager
def served(service: Service) -> Iterator[str]:
    """The service on a free port."""
    server = make_server("127.0.0.1", 0, service.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def origin(service: Service) -> Iterator[str]:
    with served(service) as found:
        yield found


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
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    yield tab
    context.close()
    assert not tab.complaints
