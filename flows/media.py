"""Kinds of media by attachment prefix and by file name."""

from __future__ import annotations

import posixpath
from urllib.parse import urlsplit

_EXTENSIONS = {
    "image": ("png", "jpg", "jpeg", "webp"),
    "video": ("mp4", "3gp", "3gpp"),
    "audio": ("mp3", "wav", "acc", "ogg"),
    "document": ("pdf", "docx", "xlsx"),
}
_KIND_OF_EXTENSION = {
    extension: kind for kind, extensions in _EXTENSIONS.items() for extension in extensions
}


def parted(attachment: str) -> tuple[str, str]:
    """Kind and address of an attachment as a definition writes it.

    >>> parted("application: https://x.org/a.pdf")
    ('document', 'https://x.org/a.pdf')
    """
    kind, _, url = attachment.partition(":")
    return ("document" if kind == "application" else kind), url.strip()


def kind_of_url(url: str) -> str:
    """
    >>> kind_of_url("https://x.org/a/b.MP3?x=1"), kind_of_url("https://x.org/a"), kind_of_url("")
    ('audio', '', '')
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return _KIND_OF_EXTENSION.get(posixpath.splitext(path)[1].lower().lstrip("."), "")
