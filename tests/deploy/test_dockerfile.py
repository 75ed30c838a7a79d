"""The Dockerfile's steps lead to a service that starts, answers and is watched."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowhook.version import VERSION
from tests.deploy.dockerfile import Build, read_steps, sent
from tests.free_ports import free_port
from tests.waiting import START_SECONDS, wait_for

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return Build(DOCKERFILE, tmp_path_factory.mktemp("image"))


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def container(image: Build, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """ENTRYPOINT and CMD, as `docker run` has them."""
    command = image.command("ENTRYPOINT") + image.command("CMD")
    environment = image.variables({"PORT": str(port), "WEB_CONCURRENCY": "1"})
    process = subprocess.Popen(
        command, cwd=image.root / "data", env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_the_command_is_installed_from_the_wheel_alone(image: Build) -> None:
    done = image.run([*image.command("ENTRYPOINT"), "version"])
    assert (done.stdout.strip(), done.returncode) == (VERSION, 0), done.stderr
    where = image.run(["python", "-c", "import service, sys; print(service.__file__, sys.prefix)"])
    assert where.stdout.count(str(image.folder)) == 2, where.stdout + where.stderr
    read = "from web.help_documents import documents; print(*documents())"
    assert "pages author flows admin" in image.run(["python", "-c", read]).stdout


def test_it_starts_answers_its_health_check_and_ends(
    image: Build, container: subprocess.Popen[bytes], port: int
) -> None:
    check = image.command("HEALTHCHECK")

    def is_healthy() -> bool:
        assert container.poll() is None
        return image.run(check, PORT=str(port)).returncode == 0

    wait_for(is_healthy, "the health check", seconds=START_SECONDS)
    container.send_signal(signal.SIGTERM)
    assert container.wait(60) == 0
    ended = image.run(check, PORT=str(port))
    assert (ended.returncode, "no answer" in ended.stderr) == (1, True)


def test_its_templates_are_compiled(image: Build) -> None:
    (kept,) = image.folder.rglob("*.jinja")
    assert "site-packages" in kept.parts


def test_its_data_is_its_users_alone(image: Build) -> None:
    assert image.user == "10001:10001"
    assert (image.root / "data").stat().st_mode & 0o777 == 0o700


def test_what_it_installs_is_pinned(image: Build) -> None:
    installs = [rest for word, rest in read_steps(DOCKERFILE) if "pip install" in rest]
    assert len(installs) == 4
    for install in installs:
        assert "--require-hashes" in install or install.endswith(
            "--no-deps --no-build-isolation ."
        ), install


def test_both_stages_are_slim_and_the_last_is_bare(image: Build) -> None:
    bases = [rest.split()[0] for word, rest in read_steps(DOCKERFILE) if word == "FROM"]
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", bases[0])
    steps = list(read_steps(DOCKERFILE))
    last = max(number for number, (word, _) in enumerate(steps) if word == "FROM")
    assert not [rest for _, rest in steps[last:] if "apt-get" in rest or "pip" in rest]


def test_nothing_secret_and_no_data_is_sent_to_the_build() -> None:
    tops = {name.partition("/")[0] for name in sent(ROOT)}
    assert tops == {
        "app.py",
        "docs",
        "examples",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "requirements.txt",
        "requirements-build.txt",
        "requirements-fast.txt",
        "answers",
        "flowhook",
        "flows",
        "service",
        "web",
        "webhooks",
    }
    assert not [name for name in sent(ROOT) if name.endswith(".pyc")]
