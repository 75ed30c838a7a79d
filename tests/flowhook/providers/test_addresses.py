"""Every spelling of a host that must not be reached, and those that must."""

from __future__ import annotations

import pytest

from flowhook import errors
from flowhook.providers.guard import AddressGuard

LOOPBACK = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0X7F000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.0x1",
    "00000177.00.00.01",
    "127.0x1",
    "127.0.0.1%2e",
    "%31%32%37.0.0.1",
    "%31%32%37%2e%30%2e%30%2e%31",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
    "0ˣ7f.1",
    "127.0.0.\u200b1",
    "127.\u00ad0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "ｌｏｃａｌｈｏｓｔ",
    "ⓛocalhost",
    "localhost.localdomain",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::0.0.0.1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7F00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::1%25lo]",
    "[::1%lo]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001::1]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[2600::5efe:127.0.0.1]",
    "[2600::200:5efe:10.0.0.1]",
]
INNER = [
    "0",
    "0.0.0.0",
    "0x0",
    "0.1.2.3",
    "10.0.0.1",
    "10.1",
    "167772161",
    "012.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.168.257",
    "3232235777",
    "0xc0a80101",
    "100.64.0.1",
    "100.127.255.255",
    "100.100.100.200",
    "169.254.169.254",
    "169.254.43518",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "[fd00:ec2::254]",
    "[fc00::1]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[febf::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[::]",
    "[::ffff:0:0]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[2001:10::1]",
    "[4000::1]",
    "[5f00::1]",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "168.63.129.16",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "metadata.google.internal",
    "METADATA.GOOGLE.INTERNAL.",
    "printer.local",
    "router.home.arpa",
]
MALFORMED = [
    "http://",
    "http:///etc/passwd",
    "http://256.256.256.256/",
    "http://1.2.3.4.5/",
    "http://127.0.0.1.5/",
    "http://4294967296/",
    "http://0x100000000/",
    "http://09.1.1.1/",
    "http://foo.0x7f/",
    "http://127..1/",
    "http://[::1/",
    "http://[::g]/",
    "http://[1.2.3.4]/",
    "http://user:secret@example.org/",
    "http://example.org@127.0.0.1/",
    "http://127.0.0.1\\@example.org/",
    "http://example.org\\@127.0.0.1/",
    "http://exam\nple.org/",
    "http://exa\tmple.org/",
    "http://example.org\r\nHost: x/",
    "http://example.org\x00.local/",
    "http://exa mple.org/",
    "http://%ff.org/",
    "http://\u2100\u0338.org/",
    "http://-x.org/",
    "http://a..b/",
    "http://" + "a" * 64 + ".org/",
    "http://" + "a." * 125 + "aaaa/",  # 254 characters
    "http://example.org:0/",
    "http://example.org:65536/",
    "http://example.org:-1/",
    "http://example.org:22/",
    "http://example.org:25/",
    "http://example.org:x/",
    "http://example.org%2f@127.0.0.1/",
    "http://example.org#@127.0.0.1:80@/\\",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "//example.org/",
    "example.org/voice.ogg",
    "@results.question",
    "",
    "https://example.org/" + "a" * 2030,
]
FINE = [
    ("https://example.org/voice.ogg", "https://example.org/voice.ogg"),
    (" https://EXAMPLE.org. ", "https://example.org/"),
    ("https://example.org:443/a?b=c#d", "https://example.org/a?b=c"),
    ("http://example.org:8080/a b", "http://example.org:8080/a b"),
    ("http://134744072/", "http://8.8.8.8/"),
    ("http://[2606:4700::1111]:8443/x", "http://[2606:4700::1111]:8443/x"),
    ("http://[::ffff:8.8.8.8]/", "http://8.8.8.8/"),
    ("http://[64:ff9b::808:808]/", "http://[64:ff9b::808:808]/"),
    ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ("https://हिन्दी.भारत/", "https://xn--j2bd4cyah0f.xn--h2brj9c/"),
    ("https://s3_bucket.example.org/k", "https://s3_bucket.example.org/k"),
    ("http://" + "a." * 125 + "aaa./", "http://" + "a." * 125 + "aaa/"),
    ("http://" + "a" * 63 + ".org/", "http://" + "a" * 63 + ".org/"),
    ("http://172.32.0.1/", "http://172.32.0.1/"),
    ("http://100.128.0.1/", "http://100.128.0.1/"),
]


def test_at_least_sixty_spellings_are_tried() -> None:
    assert len(set(LOOPBACK + INNER)) > 100


@pytest.mark.parametrize("host", LOOPBACK + INNER)
@pytest.mark.parametrize("scheme", ["http", "HTTPS"])
def test_a_host_that_is_not_public_is_refused_in_every_spelling(scheme: str, host: str) -> None:
    with pytest.raises(errors.InvalidInput) as raised:
        AddressGuard().check_url(f"{scheme}://{host}:8080/latest/meta-data", field="speech")
    assert set(raised.value.fields or {}) == {"speech"}
    assert host not in str(raised.value.as_dict())


@pytest.mark.parametrize("host", LOOPBACK + INNER)
def test_the_connection_refuses_them_too(host: str) -> None:
    resolver_calls: list[str] = []

    def resolver(name: str, port: int) -> list[str]:
        resolver_calls.append(name)
        return ["127.0.0.1"]

    with pytest.raises(errors.InvalidInput):
        AddressGuard(resolver=resolver).addresses_of(host.strip("[]"), 80, 5)


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(errors.InvalidInput) as raised:
        AddressGuard().check_url(url)
    assert "secret" not in str(raised.value.as_dict())


@pytest.mark.parametrize("value", [None, 7, ["https://example.org"], {"url": "x"}])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(errors.InvalidInput):
        AddressGuard().check_url(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(("url", "canonical"), FINE)
def test_public_addresses_pass_in_one_spelling(url: str, canonical: str) -> None:
    guard = AddressGuard()
    assert guard.check_url(url) == canonical
    assert guard.check_url(canonical) == canonical


@pytest.mark.parametrize(
    ("allow", "url"),
    [
        ("127.0.0.1", "http://127.1:9000/"),
        ("127.0.0.0/8", "http://0x7f000001/"),
        ("::1", "http://[::1]/"),
        ("fd00::/8", "http://[fd12::1]/"),
        ("localhost", "http://LOCALHOST.:8000/"),
        ("MinIO.internal", "http://minio.internal:9000/bucket"),
        ("10.0.0.0/8", "http://minio.internal:9000/bucket"),
    ],
)
def test_the_allow_list_opens_hosts_and_networks(allow: str, url: str) -> None:
    AddressGuard([allow]).check_url(url)
    with pytest.raises(errors.InvalidInput):
        AddressGuard(["192.168.77.77/32"]).addresses_of("127.0.0.1", 80, 5)


@pytest.mark.parametrize(
    "entry", ["http://localhost", "10.0.0.0/99", "host:80", "a b", "10.0.0.1/8"]
)
def test_a_malformed_allow_entry_stops_the_start(entry: str) -> None:
    with pytest.raises(ValueError):
        AddressGuard([entry])


@pytest.mark.parametrize(
    "answers",
    [
        ["10.0.0.1"],
        ["93.184.216.34", "127.0.0.1"],
        ["2606:4700::1111", "::ffff:169.254.169.254"],
        ["fe80::1%eth0"],
        ["not an address"],
        [],
    ],
)
def test_a_name_is_refused_when_any_of_its_addresses_is_not_public(answers: list[str]) -> None:
    guard = AddressGuard(resolver=lambda name, port: answers)
    with pytest.raises(errors.InvalidInput):
        guard.addresses_of("media.example.org", 443, 5)


def test_a_public_name_gives_its_addresses() -> None:
    guard = AddressGuard(resolver=lambda name, port: ["93.184.216.34", "64:ff9b::808:808"])
    assert guard.addresses_of("media.example.org", 443, 5) == ["93.184.216.34", "64:ff9b::808:808"]
