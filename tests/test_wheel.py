"""The wheel holds all of our packages and nothing else, and serves from any directory."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from flowhook.version import VERSION
from tests.fakes.receiver import Receiver
from tests.service.web_process import WebProcess
from tests.waiting import wait_for

ROOT = Path(__file__).parents[1]
ROOMS = ("answers", "flowhook", "flows", "service", "web", "webhooks")
LINKED = ("docs", "examples")
BESIDE = ("app.py", "pyproject.toml", "README.md", "LICENSE")
NOT_SHIPPED = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing left over from an earlier build gets into it."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ROOMS:
        shutil.copytree(ROOT / name, folder / "source" / name, symlinks=True, ignore=NOT_SHIPPED)
    for name in LINKED:  # as in a checkout: web/ has links to them
        shutil.copytree(ROOT / name, folder / "source" / name)
    for name in BESIDE:
        shutil.copy(ROOT / name, folder / "source" / name)
    build = ["pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run(
        [sys.executable, "-m", *build, "--wheel-dir", str(folder), "."],
        cwd=folder / "source",
        check=True,
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """What an installer would lay into site-packages."""
    target = wheel.parent / "site-packages"
    zipfile.ZipFile(wheel).extractall(target)
    return target


@pytest.fixture(scope="module")
def service(installed: Path) -> Iterator[WebProcess]:
    """The wheel's service in a user's directory, whose modules are named like ours."""
    directory = installed.parent / "somewhere"
    directory.mkdir()
    for name in ("app", *(room for room in ROOMS if room != "flowhook")):
        (directory / f"{name}.py").write_text(f"raise SystemExit('a user has {name}.py')")
    environment = {"PYTHONPATH": str(installed), "ALLOW_PRIVATE_URLS": "127.0.0.1"}
    with WebProcess(directory / "data", directory=directory, **environment) as running:
        yield running


def test_it_holds_every_file_of_ours_and_nothing_else(installed: Path) -> None:
    ours = {
        str(Path(folder, name).relative_to(ROOT))
        for room in ROOMS
        for folder, _, names in os.walk(ROOT / room, followlinks=True)
        if Path(folder).name != "__pycache__"
        for name in names
    }
    held = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    about = {name for name in held if name.startswith(f"flowhook-{VERSION}.dist-info/")}
    assert held - about == ours | {"app.py"}
    assert {Path(name).suffix for name in ours} >= {".py", ".lua", ".json", ".html", ".js", ".css"}


def test_it_says_what_it_needs(installed: Path) -> None:
    about = installed / f"flowhook-{VERSION}.dist-info"
    said = (about / "METADATA").read_text("utf-8")
    assert "Requires-Dist: flask<3.2,>=3.1.3\n" in said
    extras = set(re.findall(r"^Provides-Extra: (.+)$", said, re.MULTILINE))
    assert extras == {"fast", "demo", "test", "dev"}
    assert "flowhook = service.cli:main" in (about / "entry_points.txt").read_text("utf-8")


def test_it_shows_its_pages_with_all_they_load(service: WebProcess) -> None:
    page = requests.get(service.url, headers={"Accept": "text/html"}, timeout=20)
    assert (page.status_code, "Sign in" in page.text) == (200, True)
    parts = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page.text)
    assert len(parts) >= 3
    for part in parts:
        assert requests.get(service.url + part, timeout=20).status_code == 200, part


def test_it_has_the_help_with_its_pictures_and_the_sample_flow(
    service: WebProcess, installed: Path
) -> None:
    page = requests.get(f"{service.url}/help/pages", timeout=20)
    assert (page.status_code, "Why did the bot not answer?" in page.text) == (200, True)
    pictures = re.findall(r'src="(/help/screenshots/[^"]+)"', page.text)
    assert len(pictures) >= 3
    for picture in pictures:
        assert requests.get(service.url + picture, timeout=20).content.startswith(b"\x89PNG")
    sample = installed / "web" / "samples" / "ask_gpt.json"
    assert sample.read_bytes() == (ROOT / "examples" / "ask_gpt.json").read_bytes()
    assert not sample.is_symlink()


def test_its_web_process_answers_and_its_job_worker_posts_callbacks(service: WebProcess) -> None:
    token = {"Authorization": f"Bearer {service.token('acme')}"}
    url = f"{service.url}/webhooks/get_buttons"
    body = {"buttons_data": "Yes|No"}
    answer = requests.post(url, json=body, headers=token, timeout=20)
    assert answer.json()["button_count"] == 2
    phrase = {"phrase": "a phrase that signs callbacks"}
    assert service.operator("PUT", "/settings/acme/signature", phrase).ok
    with Receiver() as receiver:
        asked = {**body, "callback_url": receiver.url}
        headers = {**token, "Prefer": "respond-async"}
        later = requests.post(url, json=asked, headers=headers, timeout=20)
        assert later.status_code == 202, later.text
        (told,) = wait_for(receiver.bodies, "the callback", seconds=60)
    assert told["result"]["button_count"] == 2, told
