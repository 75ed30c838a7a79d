"""A page of a browser, examined as it is used."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

ONLY_FAULTS = {"resultTypes": ["violations"]}


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
