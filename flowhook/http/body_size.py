"""The largest body of a request: 1 MiB, 8 MiB for imported flows and question sets, 4 MiB for Meta,
5 MiB and what is around it for a picture in the simulator, 20 MiB and what is around it for a
document, 8 KiB where a few short fields are all that is read."""

from __future__ import annotations

import re

MAX_BODY_BYTES = 1024 * 1024
MAX_IMPORT_BYTES = 8 * 1024 * 1024
MAX_IMPORT_VALUES = 500_000  # 8 MiB of flows without spaces hold some 400,000
MAX_DELIVERY_BYTES = 4 * 1024 * 1024  # Meta sends up to 3 MB
MAX_DELIVERY_VALUES = 500_000
MAX_PICTURE_BYTES = 5 * 1024 * 1024
MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
MAX_FORM_BYTES = 8 * 1024
SLOW = 9

_IMPORTS = re.compile(
    r"POST /flows/[^/]+|POST /organisations/[^/]+/flows"
    r"|PUT /question-sets/[^/]+/[^/]+|POST /question-sets/[^/]+/[^/]+/import"
    r"|POST /answers/[^/]+/import"
    r"|POST /organisations/[^/]+/(?:new-question-set|question-sets/[^/]+/(?:cases|import))"
    r"|POST /organisations/[^/]+/answers/import"
)
_DELIVERIES = re.compile(r"/channels/[^/]+/[^/]+")
_PICTURES = re.compile(r"/organisations/[^/]+/flows/[^/]+/simulator")
_DOCUMENTS = re.compile(r"(?:/organisations/[^/]+)?/knowledge(?:/[^/]+){1,2}/documents")
_FORMS = re.compile(
    r"/sign-in|/sign-out|/organisations"
    r"|(?:/[^/]+)+/(?:accounts|delete|publish|replay|revoke|test|tokens)"
)


def max_body_bytes(method: str, path: str) -> int:
    """The largest body that a method and path may have, in bytes.

    >>> max_body_bytes("POST", "/flows/acme"), max_body_bytes("POST", "/webhooks/chat")
    (8388608, 1048576)
    >>> max_body_bytes("PUT", "/question-sets/acme/crops"), max_body_bytes("PUT", "/flows/acme")
    (8388608, 1048576)
    >>> max_body_bytes("POST", "/sign-in"), max_body_bytes("POST", "/channels/whatsapp/test")
    (8192, 4194304)
    >>> max_body_bytes("POST", "/knowledge/acme/leaflets/documents")
    20979712
    """
    if _IMPORTS.fullmatch(f"{method} {path}"):
        return MAX_IMPORT_BYTES
    if method != "POST":
        return MAX_BODY_BYTES
    if _DELIVERIES.fullmatch(path):
        return MAX_DELIVERY_BYTES
    if _PICTURES.fullmatch(path):
        return MAX_PICTURE_BYTES + MAX_FORM_BYTES
    if _DOCUMENTS.fullmatch(path):
        return MAX_DOCUMENT_BYTES + MAX_FORM_BYTES
    return MAX_FORM_BYTES if _FORMS.fullmatch(path) else MAX_BODY_BYTES


def patience(most: int) -> int:
    """How many times the usual time a client has for a body of at most so many bytes: a document
    takes three minutes where a phone sends a megabit a second.

    >>> patience(MAX_IMPORT_BYTES), patience(MAX_DOCUMENT_BYTES)
    (1, 9)
    """
    return SLOW if most >= MAX_DOCUMENT_BYTES else 1


def size_in_words(size: int) -> str:
    """A bound as an error names it.

    >>> size_in_words(8192), size_in_words(8388608)
    ('8 KiB', '8 MiB')
    """
    return f"{size // 1024 // 1024} MiB" if size >= 1024 * 1024 else f"{size // 1024} KiB"
