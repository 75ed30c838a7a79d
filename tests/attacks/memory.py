"""Attacks on the memory of processes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.attacks.rows import Row, attack
from tests.attacks.stand import LATE_SECONDS, MB, Stand
from tests.fakes import web
from tests.fakes.openai import faults

MIB = 1024 * 1024
CONNECTIONS = 60
VOICE_NOTES = 30
VOICE_NOTE = b"OggS" + b"\x00" * (14 * MIB)
WORDS = "x" * 900_000


@attack("1a. 60 connections without a token send 7 of 8 MiB and wait", times=2)
def slow_bodies(stand: Stand) -> Iterator[Row]:
    head = (
        "POST /flows/x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {8 * MIB}\r\n\r\n"
    ).encode()
    sent = head + b" " * (7 * MIB)
    before = stand.rss()
    peak = [before]

    def send(_: int) -> bytes:
        with stand.connection("127.0.0.2") as connection:
            try:
                connection.sendall(sent)
                peak.append(stand.rss())
                return connection.recv(65_536)
            except OSError:
                return b""

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        answers = list(pool.map(send, range(CONNECTIONS)))
    yield Row("answered 500", sum(b" 500 " in answer for answer in answers), 0)
    yield Row("memory at its highest", max(peak) - before, 600, "MB")


@attack(f"1b. the provider hangs with {VOICE_NOTES} voice notes of 14 MB", times=2)
def voice_notes(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation(timeout_seconds=1)
    stand.openai.fail(faults.hang(), times=None)
    note = web.answer(VOICE_NOTE, headers={"Content-Type": "audio/ogg"})
    with web.serve(note) as server:
        bodies = [{"speech": f"http://127.0.0.1:{server.port}/{n}.ogg"} for n in range(VOICE_NOTES)]
        answers = stand.calls(victim, "speech_to_text", bodies, at_once=VOICE_NOTES)
    stand.openai.recover()
    wrong = [answer.status_code for answer in answers if answer.status_code not in (503, 504)]
    yield Row("answers other than 503 and 504", len(wrong), 0)


@attack("1c. 300 calls of 900 KB that are refused", times=2)
def invalid_calls(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation()
    body = {"buttons_data": [WORDS]}
    answers = stand.calls(victim, "get_buttons", [body] * 300)
    yield Row("answers other than 400", sum(one.status_code != 400 for one in answers), 0)


@attack("1d. 160 chats of 900 KB of which the provider refuses each", times=2)
def failing_chats(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation()
    stand.openai.fail(faults.status(400), times=None)
    body = {"question_text": "Why?", "contact": {"name": WORDS}}
    answers = stand.calls(victim, "parse_via_chat_gpt", [body] * 160)
    stand.openai.recover()
    yield Row("answers other than 502", sum(one.status_code != 502 for one in answers), 0)


@attack("6. the store is full and 400 calls of 900 KB are made")
def full_store(stand: Stand) -> Iterator[Row]:
    victim = stand.organisation()
    before = stand.rss()
    bound = stand.redis.config_get("maxmemory")["maxmemory"]
    stand.redis.set("ballast", bytes(30 * MB))  # beside which buffers count for little
    time.sleep(4 * LATE_SECONDS)  # until it is on disk and counts once
    stand.redis.config_set("maxmemory", str(int(stand.store() * MB * 0.98)))
    peak = [before]
    try:
        body = {"buttons_data": "Yes|No", "contact": {"name": WORDS}}
        for _ in range(8):
            stand.calls(victim, "get_buttons", [body] * 50)
            peak.append(stand.rss())
        ready = stand.ask("GET", "/readyz")
        is_told = ready.status_code != 200 and "full" in ready.text
    finally:
        stand.redis.config_set("maxmemory", bound or "0")
        stand.redis.delete("ballast")
    yield Row("memory at its highest", max(peak) - before, 100, "MB")
    yield Row("/readyz that does not say full", 0 if is_told else 1, 0)
