from __future__ import annotations

import pytest

from flowhook.redis.url import check_url, read_url

SECRET = "hunter2"


def test_every_kind_is_read() -> None:
    plain = read_url(f"redis://me:{SECRET}%2F%40@cache.example:6380/3")
    assert (plain.kind, plain.tls, plain.nodes, plain.db) == (
        "standalone",
        False,
        (("cache.example", 6380),),
        3,
    )
    assert (plain.username, plain.password) == ("me", f"{SECRET}/@")
    assert read_url("rediss://cache").nodes == (("cache", 6379),)
    assert read_url("rediss://cache?ssl_cert_reqs=none").options == {"ssl_cert_reqs": "none"}
    assert read_url("redis://[::1]:7000").nodes == (("::1", 7000),)
    unix = read_url(f"unix:///run/my%20redis.sock?db=2&password={SECRET}")
    assert (unix.path, unix.db, unix.password) == ("/run/my redis.sock", 2, SECRET)
    cluster = read_url(f"rediss+cluster://u:{SECRET}@a:1,b:2,c")
    assert (cluster.tls, cluster.nodes) == (True, (("a", 1), ("b", 2), ("c", 6379)))
    assert cluster.password == SECRET
    sentinel = read_url(f"redis+sentinel://:{SECRET}@a:1,b/main?db=4&sentinel_password=x")
    assert (sentinel.service, sentinel.db, sentinel.nodes) == ("main", 4, (("a", 1), ("b", 26379)))
    assert sentinel.options == {"sentinel_password": "x"}


def test_credentials_stay_out_of_the_repr() -> None:
    assert SECRET not in repr(
        read_url(f"redis+sentinel://:{SECRET}@a/m?sentinel_password={SECRET}")
    )


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "unknown scheme"),
        (f"{SECRET}", "unknown scheme"),
        (f"http://:{SECRET}@host", "unknown scheme"),
        (f"redis://:{SECRET}@", "no host"),
        (f"redis://:{SECRET}@host:port", "port"),
        (f"redis://:{SECRET}@host:70000", "port"),
        (f"redis://:a/{SECRET}@host", "%2F"),
        (f"redis://:a#{SECRET}@host", "%23"),
        (f"redis://:{SECRET}@[host", "no URL"),
        (f"redis://:{SECRET}@host/{SECRET}", "database"),
        (f"redis://:{SECRET}@host?db={SECRET}", "db"),
        (f"redis://:{SECRET}@host?{SECRET}=1", "unknown option"),
        (f"redis://:{SECRET}@one,two", "redis+cluster"),
        (f"rediss://:{SECRET}@host?ssl_ca_certs=/{SECRET}", "ssl_ca_certs"),
        (f"rediss://:{SECRET}@host?ssl_cert_reqs={SECRET}", "ssl_cert_reqs"),
        (f"rediss://:{SECRET}@host?ssl_check_hostname={SECRET}", "ssl_check_hostname"),
        (f"unix://{SECRET}", "unix:///run"),
        (f"redis+cluster://:{SECRET}@host/1", "database 0"),
        (f"redis+sentinel://:{SECRET}@host:1", "service"),
        (f"redis+sentinel://:{SECRET}@host:1/a/b", "service"),
        (f"redis://:{SECRET}@ho\u2100st", "no URL"),
    ],
)
def test_a_malformed_url_is_explained_in_one_line_without_the_password(url: str, says: str) -> None:
    with pytest.raises(ValueError, match="REDIS_URL") as caught:
        check_url(url)
    message = str(caught.value)
    assert message.startswith("REDIS_URL ")
    assert says in message
    assert "; " in message
    assert "\n" not in message
    assert SECRET not in message
    assert SECRET not in str(caught.value.__cause__)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
