"""Files are read by a process of their own, and what is wrong with them told in sentences."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from answers.knowledge.document import Block
from answers.knowledge.reading import Reading, Unreadable, read
from answers.knowledge.reading.unreadable import REASONS
from tests.answers.knowledge.reading.office_files import word, workbook
from tests.answers.knowledge.reading.pdf_files import UNICODE, Text, pdf

HINDI = "पंजीकरण शुल्क पचास रुपये है।"
ROOT = Path(__file__).parents[4]


def run(code: str, folder: Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [
        sys.executable,
        "-P",
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + code,
    ]
    return subprocess.run(
        command, cwd=folder, input=given, capture_output=True, timeout=60, check=False
    )


def why_not(content: bytes, name: str = "") -> str:
    with pytest.raises(Unreadable) as why:
        read(content, name)
    assert {"message": why.value.message, "fix": why.value.fix} == REASONS[why.value.reason]
    return why.value.reason


@pytest.mark.parametrize(
    ("name", "content", "pages"),
    [
        ("x.pdf", pdf([Text(HINDI, font=UNICODE)]), 1),
        ("x.docx", word(HINDI), 0),
        ("x.csv", HINDI.encode("utf-16"), 0),
        ("x.html", f"<html><p>{HINDI}</p>".encode(), 0),
        ("x.txt", HINDI.encode(), 0),
        ("शुल्क.MD", f"{HINDI}\n".encode(), 0),
    ],
)
def test_each_kind_is_read(name: str, content: bytes, pages: int) -> None:
    kind = name.rpartition(".")[2].lower()
    assert read(content, name) == Reading([Block(HINDI, 0, min(pages, 1))], pages, kind, "")


def test_a_workbook_is_read() -> None:
    blocks = [Block("शुल्क", 1, 1), Block(HINDI, 0, 1)]
    assert read(workbook(शुल्क=[[HINDI]]), "x") == Reading(blocks, 1, "xlsx", "")


def test_the_callers_word_counts_for_texts() -> None:
    assert read(b"# Fees", "pasted", "md").blocks == [Block("Fees", 1)]


def test_an_empty_file_is_told() -> None:
    assert why_not(b"") == "empty"


def test_each_reason_is_a_sentence_and_says_what_to_do() -> None:
    for told in REASONS.values():
        assert list(told) == ["message", "fix"]
        assert all(text[0].isupper() and text.endswith(".") for text in told.values())


def test_no_process_is_left_over() -> None:
    code = (
        "import os, threading\n"
        "from answers.knowledge.reading import read, Unreadable\n"
        "def ask():\n"
        "    try: read(b'%PDF-1.4 and no more', 'x')\n"
        "    except Unreadable as why: print(why.reason)\n"
        "threads = [threading.Thread(target=ask) for _ in range(4)]\n"
        "[one.start() for one in threads]; [one.join() for one in threads]\n"
        "try: os.waitpid(-1, os.WNOHANG)\n"
        "except ChildProcessError: print('none')\n"
    )
    assert run(code, ROOT).stdout.split() == [b"damaged"] * 4 + [b"none"]


def test_it_reads_under_gevent_without_holding_up_others() -> None:
    """In a process of its own, since a patch is for good."""
    code = (
        "from gevent import monkey; monkey.patch_all()\n"
        "import gevent\n"
        "from answers.knowledge.reading import read\n"
        "reader = gevent.spawn(read, b'Hello', 'x.txt')\n"
        "turns = 0\n"
        "while not reader.ready():\n"
        "    gevent.sleep(0.001); turns += 1\n"
        "print(reader.get().blocks, turns > 5)\n"
    )
    done = run(code, ROOT)
    assert done.stdout == f"{[Block('Hello')]} True\n".encode(), done.stderr


def test_the_libraries_are_not_imported_here() -> None:
    code = (
        "import sys, answers.knowledge.reading as reading\n"
        "reading.read(b'<html><p>Hello</p>', 'x.html')\n"
        "print([one for one in ('lxml', 'pypdf', 'docx', 'openpyxl') if one in sys.modules])\n"
    )
    done = run(code, ROOT)
    assert done.stdout == b"[]\n", done.stderr


def test_the_package_is_found_from_any_directory(tmp_path: Path) -> None:
    """A user's modules, named like ours or the libraries', are not imported."""
    for name in ("answers.py", "docx.py", "orjson.py"):
        (tmp_path / name).write_text("raise SystemExit('the wrong one')")
    code = (
        "from answers.knowledge.reading import read\n"
        "print(read(sys.stdin.buffer.read(), 'x.docx').kind)\n"
    )
    done = run(code, tmp_path, word("Hello"))
    assert done.stdout == b"docx\n", done.stderr
