"""Kinds of media by attachment prefix and by file name extension."""

from __future__ import annotations

import posixpath
from urllib.parse import urlsplit

_EXTENSIONS = {
    "image": ("png", "jpg", "jpeg"),
    "sticker": ("webp",),
    "video": ("mp4", "3gp", "3gpp"),
    "audio": ("mp3", "wav", "acc", "ogg"),
    "document": ("pdf", "docx", "xlsx"),
}
_KINDS = {*_EXTENSIONS, "expression"}
_KIND_OF_EXTENSION = {
    extension: kind for kind, extensions in _EXTENSIONS.items() for extension in extensions
}


def read_attachment(attachment: str) -> tuple[str, str]:
    """Read the kind and address of an attachment as definitions write it.

    An unknown kind is replaced by that of the file name.

    >>> read_attachment("application: https://x.org/a.pdf"), read_attachment("https://x.org/a.png")
    (('document', 'https://x.org/a.pdf'), ('image', 'https://x.org/a.png'))
    """
    kind, _, url = (part.strip() for part in attachment.partition(":"))
    if kind in ("http", "https"):
        kind, url = "", attachment.strip()
    return (kind if kind in _KINDS else kind_of_url(url) or "document"), url


def kind_of_url(url: str) -> str:
    """The kind of media by the extension of a URL, or an empty text.

    >>> kind_of_url("https://x.org/a/b.MP3?x=1"), kind_of_url("https://x.org/a"), kind_of_url("")
    ('audio', '', '')
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return _KIND_OF_EXTENSION.get(posixpath.splitext(path)[1].lower().lstrip("."), "")
