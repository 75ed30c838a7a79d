"""The recipes for Caddy and nginx, before a real web process with TRUSTED_PROXIES=1.

Each is run as it stands but for ports and the certificate, where the program is on this machine.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from flowhook.organisations.lockout import ATTEMPTS
from tests.free_ports import free_port
from tests.service.web_process import ADMIN_TOKEN, WebProcess
from tests.waiting import wait_for

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
HOST = "bot.example.org"
SPOOFED = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    folder = tmp_path_factory.mktemp("behind")
    with WebProcess(folder / "data", TRUSTED_PROXIES="1") as running:
        running.token("acme")
        yield running


class Proxy(ABC):
    """A proxy in front of a web process, and a client that takes it for HOST."""

    def __init__(self, web: WebProcess, directory: Path) -> None:
        self.port = free_port()
        self.directory = directory
        self.process = self.start(web)

    @abstractmethod
    def start(self, web: WebProcess) -> subprocess.Popen[bytes]:
        """Start the proxy."""

    def session(self) -> requests.Session:
        """A client whose connections to HOST end at the proxy."""
        session = requests.Session()
        session.verify = False
        session.trust_env = False
        return session

    def url(self, path: str) -> str:
        return f"https://{HOST}:{self.port}{path}"

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)


class Caddy(Proxy):
    def start(self, web: WebProcess) -> subprocess.Popen[bytes]:
        # A certificate of its own authority, since none is to be had for this name, and no ports
        # of the machine's.
        options = (
            "{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n"
            f"\tauto_https disable_redirects\n\thttps_port {self.port}\n}}\n"
        )
        file = self.directory / "Caddyfile"
        file.write_text(options + (DEPLOY / "Caddyfile").read_text())
        return subprocess.Popen(
            [program("caddy"), "run", "--config", str(file)],
            env={
                "HOME": str(self.directory),
                "FLOWHOOK_HOST": HOST,
                "FLOWHOOK_WEB": f"127.0.0.1:{web.port}",
            },
            stderr=(self.directory / "log").open("wb"),
        )


class Nginx(Proxy):
    def start(self, web: WebProcess) -> subprocess.Popen[bytes]:
        make_certificate(self.directory)
        site = (DEPLOY / "nginx.conf").read_text()
        site = site.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
        site = site.replace("listen 443 ", f"listen 127.0.0.1:{self.port} ")
        site = site.replace("127.0.0.1:8000", f"127.0.0.1:{web.port}")
        site = re.sub(r"/etc/letsencrypt/live/[^/]+", str(self.directory), site)
        kept = "".join(
            f"{name}_temp_path {self.directory};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        file = self.directory / "nginx.conf"
        file.write_text(
            f"daemon off;\nmaster_process off;\npid {self.directory}/pid;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{kept}{site}}}\n"
        )
        log = str(self.directory / "log")
        return subprocess.Popen([program("nginx"), "-e", log, "-c", str(file)])


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on this machine")
    return found


def make_certificate(folder: Path) -> None:
    """A key and a certificate of HOST signed by itself, named as certbot names them."""
    names = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command = ["openssl", "req", "-x509", *kind, "-subj", f"/CN={HOST}", *names]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module", params=[Caddy, Nginx])
def proxy(
    request: pytest.FixtureRequest, web: WebProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    running: Proxy = request.param(web, tmp_path_factory.mktemp("proxy"))
    try:
        with pytest.MonkeyPatch.context() as patched:
            resolve_at_loopback(patched)
            client = running.session()
            wait_for(lambda: client.get(running.url("/readyz"), timeout=5).ok, "the proxy")
            yield running
    finally:
        running.end()


def resolve_at_loopback(patched: pytest.MonkeyPatch) -> None:
    """Let HOST mean this machine, as a line of /etc/hosts would."""
    real = socket.getaddrinfo

    def resolve(host: str, *rest: object, **more: object) -> object:
        return real("127.0.0.1" if host == HOST else host, *rest, **more)  # type: ignore[arg-type]

    patched.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_the_service_knows_its_address_and_https_whatever_a_client_says(proxy: Proxy) -> None:
    client = proxy.session()
    client.headers.update(SPOOFED)
    form = client.get(proxy.url("/sign-in"), timeout=20)
    (csrf,) = set(re.findall(r'name="csrf"[^>]*value="([^"]+)"', form.text))
    given = {"csrf": csrf, "token": ADMIN_TOKEN}
    signed_in = client.post(proxy.url("/sign-in"), data=given, timeout=20, allow_redirects=False)
    assert signed_in.status_code == 303, signed_in.text
    assert "__Host-flowhook=" in signed_in.headers["Set-Cookie"]
    page = client.get(proxy.url("/organisations/acme/functions/parse_via_chat_gpt"), timeout=20)
    assert re.search(rf"https://{HOST}(:\d+)?/webhooks/parse_via_chat_gpt", page.text)
    assert "evil.example" not in page.text


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_guesser_cannot_give_itself_other_addresses(proxy: Proxy) -> None:
    client = proxy.session()
    for number in range(ATTEMPTS + 1):
        spoofed = {"X-Forwarded-For": f"192.0.2.{number}", "Authorization": f"Bearer no-{number}"}
        last = client.get(proxy.url("/settings"), headers=spoofed, timeout=20)
    assert last.status_code == 429
