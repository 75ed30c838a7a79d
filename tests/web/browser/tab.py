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

# Contrast is nearly all that axe spends its time on. Elements that are reached by the same tags,
# classes and attributes that styles ask for have the same colours, so it looks at the first of them
# that is seen and has a text. What was looked at is kept as hashes (cyrb53, 53 bits).
MARK_REPEATED = """(known) => {
  const seen = new Set(known);
  const hashed = (text) => {
    let one = 0xdeadbeef, two = 0x41c6ce57;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      one = Math.imul(one ^ code, 2654435761);
      two = Math.imul(two ^ code, 1597334677);
    }
    one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
    two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
    return 4294967296 * (2097151 & two) + (one >>> 0);
  };
  const isTold = (name) => /^(data-(?!repeated$)|aria-|type$|open$|role$)/.test(name);
  const found = [];
  const isNew = (element, way) => {
    const told = element.getAttributeNames().filter(isTold).sort().join();
    const { disabled, checked, placeholder, tagName } = element;
    const marks = [disabled, checked, placeholder, element.matches(":target")].map(Boolean);
    const texts = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const row = tagName === "TR" ? element.sectionRowIndex % 2 : "";
    const own = `${way}>${tagName}.${element.className}[${told}]${marks}${row}`;
    const key = hashed(`${own} ${texts || Boolean(element.value)}`);
    let isFirst = element.checkVisibility() && !seen.has(key);
    if (isFirst) seen.add(key), found.push(key);
    for (const child of element.children) isFirst = isNew(child, own) || isFirst;
    element.toggleAttribute("data-repeated", !isFirst);
    return isFirst;
  };
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  isNew(document.body, `${isDark} ${innerWidth} ${document.documentElement.className}`);
  return found;
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

    def follow(self, name: str, *, exact: bool = True) -> None:
        """Open the page that the link of this name leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name, exact=exact).click()

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

    def pale(self, looked_at: set[int] | None = None) -> list[str]:
        """What cannot be read for its colours, but what is in `looked_at`, which this adds to."""
        looked_at = set() if looked_at is None else looked_at
        if not (new := self.page.evaluate(MARK_REPEATED, list(looked_at))):
            return []
        looked_at.update(new)
        return self._serious(["[data-repeated]"], ONLY_CONTRAST)

    def _serious(self, exclude: list[str], options: dict[str, Any]) -> list[str]:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        return cast(list[str], self.page.evaluate(SERIOUS, [exclude, options]))
