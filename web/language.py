"""The language of a page: the person's own choice, else the browser's, else English.

A text is marked where it stands: `_("...")` in a view or a template, `N_("...")` where it is a
constant, which `translated` then shows. Lower rooms know no language: what they say is translated
at the edge, by `translated` too.
"""

from __future__ import annotations

from typing import Any

from flask import Response, g, has_request_context, request
from jinja2 import Environment

from web.catalogues import ENGLISH, catalogue, languages

COOKIE = "flowhook_language"


def language() -> str:
    """The language of this request's page; English outside of a request."""
    if not has_request_context():
        return ENGLISH
    if "language" not in g:
        g.language = _asked()
    return str(g.language)


def _asked() -> str:
    preferred = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    wanted = (request.cookies.get(COOKIE, ""), *preferred, ENGLISH)
    return next(one for one in wanted if one in languages())


def gettext(text: str) -> str:
    """A text in the page's language, placeholders as they are."""
    return catalogue(language()).marked.gettext(text)


def ngettext(one: str, many: str, num: int) -> str:
    """The form for `num` things, placeholders as they are."""
    return catalogue(language()).marked.ngettext(one, many, num)


def _(text: str, **values: Any) -> str:
    """A text in the page's language with `values` in place of `%(name)s`; `%%` is a percent."""
    return gettext(text) % values


def n_(one: str, many: str, num: int, **values: Any) -> str:
    """The text for `num` things, with `values` and `%(num)s` filled in."""
    return ngettext(one, many, num) % {"num": num, **values}


def N_(text: str) -> str:
    """Mark a constant: it is found for the catalogues, and translated where it is shown."""
    return text


def translated(text: str) -> str:
    """A constant, or what a lower room says, in the page's language; as it is where unknown."""
    return catalogue(language()).said(text)


def speak(env: Environment) -> None:
    """Give templates `_`, `ngettext` and `{% trans %}`."""
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]


def vary(response: Response) -> None:
    """Tell caches what a page's language depends on."""
    response.vary.update(("Accept-Language", "Cookie"))
