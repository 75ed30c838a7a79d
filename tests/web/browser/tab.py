"""A page of a browser, examined as it is used."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

AXE = Axe().axe_script
CONTRAST = "color-contrast"
BUT_CONTRAST = {"resultTypes": ["violations"], "rules": {CONTRAST: {"enabled": False}}}
ONLY_CONTRAST = {"resultTypes": ["violations"], "runOnly": [CONTRAST]}
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

# Contrast is nearly all that axe spends its time on. Elements that are reached by the same tags and
# classes have the same colours, so it looks at the first of them.
MARK_REPEATED = """() => {
  const seen = new Set();
  const isNew = (element, way) => {
    const own = `${way}>${element.tagName}.${element.className}${element.disabled || ""}`;
    let found = !seen.has(own);
    seen.add(own);
    for (const child of element.children) found = isNew(child, own) || found;
    element.toggleAttribute("data-repeated", !found);
    return found;
  };
  isNew(document.body, "");
}"""
SERIOUS = """async ([exclude, options]) => (await axe.run({exclude}, options)).violations
  .filter((fault) => ["serious", "critical"].includes(fault.impact))
  .map((fault) => `${fault.id} ${fault.nodes[0].html.slice(0, 200)}`)"""


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
        assert not (found := self.faults() + self.pale()), (self.page.url, found)
        if name:
            self.pictures.mkdir(parents=True, exist_ok=True)
            self.page.evaluate("scrollTo(0, 0)")
            self.page.screenshot(path=self.pictures / f"{name}.png")

    def faults(self) -> list[str]:
        """What keeps people with other means from using the page, but for its colours."""
        return self.too_wide() + self._serious([], BUT_CONTRAST)

    def too_wide(self) -> list[str]:
        return ["it scrolls sideways"] if self.page.evaluate(WIDE) else []

    def pale(self) -> list[str]:
        """What cannot be read for its colours."""
        self.page.evaluate(MARK_REPEATED)
        return self._serious(["[data-repeated]"], ONLY_CONTRAST)

    def _serious(self, exclude: list[str], options: dict[str, Any]) -> list[str]:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        return cast(list[str], self.page.evaluate(SERIOUS, [exclude, options]))
