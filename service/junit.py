"""A run of a question set as JUnit XML, which CI systems show as tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def junit_of(name: str, cases: Iterable[Mapping[str, Any]], worse: Mapping[str, str]) -> bytes:
    """A test for each case: one that is in `worse` failed, with what is said there; another that
    does not pass was skipped, since it fails no check."""
    suites = Element("testsuites")
    suite = SubElement(suites, "testsuite", name=_text(name))
    counts = {"tests": 0, "failures": 0, "skipped": 0}
    for case in cases:
        counts["tests"] += 1
        seconds = f"{(case.get('milliseconds') or 0) / 1000:.3f}"
        names = {"classname": _text(name), "name": _text(case["id"]), "time": seconds}
        test = SubElement(suite, "testcase", names)
        if case["id"] in worse:
            counts["failures"] += 1
            failure = SubElement(test, "failure", message=_text(worse[case["id"]]))
            failure.text = _text(_why(case))
        elif case["passed"] is not True:
            counts["skipped"] += 1
            what = "unsure" if case["passed"] == "unsure" else "fails, not worse than what is live"
            SubElement(test, "skipped", message=_text(f"{what}: {_why(case)}"))
    for key, number in counts.items():
        suites.set(key, str(number))
        suite.set(key, str(number))
    found: bytes = tostring(suites, encoding="utf-8", xml_declaration=True)
    return found


def _why(case: Mapping[str, Any]) -> str:
    return why_of(case) or str(case.get("error") or "")


def why_of(case: Mapping[str, Any]) -> str:
    """Which checks of a case did not pass, and why."""
    checks = case.get("checks") or ()
    failed = (check for check in checks if check.get("passed") is not True)
    return "; ".join(f"{check['check']}: {check.get('why', '')}" for check in failed)


def _text(value: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value)
