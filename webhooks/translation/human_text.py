"""Tell human text from ids, dates, addresses, colours and codes.

A content type says which fields are text; the values of such a field are still left alone
when they are wholly an address, a date, an id or a colour. Without a content type the names
of fields and the shapes of values decide. Every pattern takes linear time, since values are
untrusted: repetitions are possessive.
"""

from __future__ import annotations

import re

from webhooks.translation.masking import mask, without_tokens

MAX_NAME = 200  # a longer name is none that people gave a field
_NEVER_TEXT = re.compile(
    "|".join(
        [
            r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",  # UUID
            r"(?:blt|cs)[0-9a-f]{12,32}",  # Contentstack uid
            r"[0-9a-f]{16,}",
            r"#[0-9a-f]{3,8}",
            r"(?:rgb|hsl)a?\([\d\s.,%/a-z]*\)",
            r"\d{4}-\d\d?-\d\d?(?:[T ]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:Z|[+-]\d\d:?\d\d)?)?",
            r"\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]m)?",
            r"(?:image|audio|video|text|application|font|multipart|model)/[a-z0-9.+*-]+",
            r"(?:data|javascript|urn|entry|asset):\S+",
            r"/\S*",  # path
        ]
    ),
    re.IGNORECASE,
)
_LANGUAGES = (
    "ar|bn|cs|da|de|el|en|es|fa|fi|fr|gu|hi|hu|id|it|ja|kn|ko|ml|mr|ms|nb|nl|pa|pl|pt|ro|ru|sv|sw|ta|te"
    "|th|tr|uk|ur|vi|zh"
)
_CODE = re.compile(
    "|".join(
        [
            rf"[a-z]{{2,3}}-(?:[A-Z][a-z]{{3}}-)?(?:[A-Z]{{2}}|\d{{3}})|(?:{_LANGUAGES})-[a-z]{{2}}",
            r"(?=\S+\Z)\S*[A-Za-z0-9]_[A-Za-z0-9]\S*",  # snake_case
            r"[a-z]+(?:\.[a-z0-9]+){2,}",  # dotted.key.name
            r"[A-Z]*+\d[A-Z0-9]*+(?:[-./][A-Z0-9]++)*+",  # SKU, its digits first...
            r"[A-Z]++(?:[-/.][A-Z]*+\d[A-Z0-9]*+)++",  # ...or behind its letters
            r"[\w-]+\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|ogg|wav|webm|docx?|xlsx?|csv|json|html?|css|js)",
            r"\d+(?:\.\d+)?\s?(?:px|em|rem|vh|vw|%|kb|mb|ms)",
            r"[A-Za-z0-9+/_-]{40,}={0,2}",  # base64, tokens
        ]
    )
)
_KEYS = frozenset(
    {
        *("id", "uid", "uuid", "guid", "key", "keys", "slug", "hash", "token", "checksum", "etag"),
        *("url", "uri", "href", "src", "link", "path", "filename", "email", "mail", "phone", "tel"),
        *("locale", "lang", "language", "currency", "timezone", "encoding", "charset", "scheme"),
        *("type", "data_type", "datatype", "content_type", "contenttype", "mime", "mimetype"),
        *("format", "date", "time", "timestamp", "version", "status", "code", "sku", "acl"),
        *("color", "colour", "icon", "class", "classname", "style", "target", "rel", "method"),
        *("workflow", "publish_details", "enum", "select", "dropdown", "radio", "choice"),
    }
)
_KEY_ENDINGS = re.compile(
    r".*(?:[_-](?:u?id|uuid|at|by|url|uri|href|key|slug|code|date|time|type|email|phone|colou?r|hash"
    r"|enum|select|dropdown)"
    r"|[a-z](?:Id|Uid|Url|Uri|Href|Key|Slug|At|By|Date|Type|Email|Phone|Colou?r|Code|Enum|Select))s?"
)


def is_human(text: str) -> bool:
    """Whether a value has words to translate and is not wholly an id, a date, a colour..."""
    bare = text.strip()
    if not any(character.isalpha() for character in bare) or _NEVER_TEXT.fullmatch(bare):
        return False
    return any(character.isalpha() for character in without_tokens(mask(bare).text))


def is_human_unmarked(key: str, text: str) -> bool:
    """The same for a field `key` without a content type."""
    return not is_technical(key) and is_human(text) and not _CODE.fullmatch(text.strip())


def is_technical(key: str) -> bool:
    """Whether a field of this name has values for machines."""
    return (
        len(key) > MAX_NAME
        or key[:1] in {"_", "$"}
        or key.lower() in _KEYS
        or bool(_KEY_ENDINGS.fullmatch(key))
    )
