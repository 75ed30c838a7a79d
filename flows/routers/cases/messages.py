"""Tests of the type of a message, of the contact's collections and of an intent."""

from __future__ import annotations

from flowhook.errors import InvalidInput
from flows.model.groups import group_id
from flows.model.session import Message
from flows.routers.cases import Arguments, message_test
from flows.routers.cases.numbers import number

MEDIA_TYPES = ("audio", "document", "image", "video")


@message_test()
def has_media(message: Message, _arguments: Arguments) -> bool:
    """The message is an audio, a document, an image or a video; a sticker is not.

    >>> has_media(Message(type="audio"), []), has_media(Message(type="sticker"), [])
    (True, False)
    """
    return message.type in MEDIA_TYPES


@message_test()
def has_audio(message: Message, _arguments: Arguments) -> bool:
    """The message is an audio.

    >>> has_audio(Message(type="audio"), []), has_audio(Message("audio"), [])
    (True, False)
    """
    return message.type == "audio"


@message_test()
def has_video(message: Message, _arguments: Arguments) -> bool:
    """The message is a video.

    >>> has_video(Message(type="video"), []), has_video(Message(type="image"), [])
    (True, False)
    """
    return message.type == "video"


@message_test()
def has_image(message: Message, _arguments: Arguments) -> bool:
    """The message is an image.

    >>> has_image(Message(type="image"), []), has_image(Message(type="video"), [])
    (True, False)
    """
    return message.type == "image"


@message_test()
def has_file(message: Message, _arguments: Arguments) -> bool:
    """The message is a document.

    >>> has_file(Message(type="document"), []), has_file(Message(type="image"), [])
    (True, False)
    """
    return message.type == "document"


@message_test()
def has_location(message: Message, _arguments: Arguments) -> bool:
    """The message is a location.

    >>> has_location(Message(type="location"), []), has_location(Message("here"), [])
    (True, False)
    """
    return message.type == "location"


@message_test()
def has_category(_message: Message, _arguments: Arguments) -> bool:
    """Always true.

    >>> has_category(Message("anything"), ["Success"])
    True
    """
    return True


@message_test(argument_count=2)
def has_group(message: Message, arguments: Arguments) -> bool:
    """The contact is in the collection; the arguments are its id and name.

    Raises InvalidInput unless there are two arguments.

    >>> has_group(Message(groups=("3", "5")), ["5", "Enrolled"])
    True
    >>> has_group(Message(groups=()), ["5", "Enrolled"]), has_group(Message("5"), ["5", "E"])
    (False, False)
    """
    if len(arguments) != 2:
        raise InvalidInput("has_group needs a collection's id and name")
    return group_id(arguments[0].strip(), arguments[1]) in (message.groups or ())


@message_test(argument_count=2)
def has_intent(message: Message, arguments: Arguments) -> bool:
    """The classifier found this intent, or any for `all`, with at least this confidence.

    Raises InvalidInput for an unclassified message or an invalid confidence.

    >>> has_intent(Message(intent="book", confidence=0.9), ["book", ".85"])
    True
    >>> has_intent(Message(intent="book", confidence=0.9), ["all", "0.95"])
    False
    """
    if len(arguments) != 2 or message.confidence is None:
        raise InvalidInput("a test of the intent needs a classified message and two arguments")
    wanted = number("0" + arguments[1].strip())
    if wanted is None or "." not in arguments[1]:
        raise InvalidInput("the confidence of an intent is written like 0.9")
    return arguments[0] in ("all", message.intent) and message.confidence >= wanted


@message_test(argument_count=2)
def has_top_intent(message: Message, arguments: Arguments) -> bool:
    """The classifier's best intent is this one, with at least this confidence.

    >>> has_top_intent(Message(intent="book", confidence=0.9), ["book", "0.9"])
    True
    """
    return has_intent(message, arguments)
