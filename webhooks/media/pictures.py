"""Draw pictures and serve them under links of this service."""

from __future__ import annotations

from dataclasses import replace

from flowhook.config import MEDIA_MAX_BYTES
from flowhook.errors import FlowhookError, InvalidResponse
from flowhook.providers.media_type import sniff
from flowhook.providers.model_client import Picture, PictureRequest
from flowhook.providers.transport import TransportError
from webhooks.registry import Context


def draw(context: Context, request: PictureRequest) -> list[str]:
    """Draw as many pictures as asked for, whatever a model draws at once; returns their URLs."""
    client = context.model_client()
    urls: list[str] = []
    while (left := request.count - len(urls)) > 0:
        drawn = client.draw(replace(request, count=left))
        urls += [_keep(context, picture) for picture in drawn.pictures[:left]]
    return urls


def _keep(context: Context, picture: Picture) -> str:
    content = _behind(context, picture.url) if picture.content is None else picture.content
    found = sniff(content)
    if found is None or not found.is_image:
        raise InvalidResponse("the provider answered with something else than an image")
    return context.keep(content, found.extension)


def _behind(context: Context, url: str) -> bytes:
    """Fetch a picture's link; the guard fetches those that lead to another server."""
    try:
        own = context.model_client().open_link(url)
        return context.fetch(url, "url", MEDIA_MAX_BYTES) if own is None else own
    except (FlowhookError, TransportError) as failure:
        raise InvalidResponse("the provider's link to the image cannot be opened") from failure
