"""Reading a multipart/form-data body into text fields and one or more files."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from werkzeug.formparser import parse_form_data


@dataclass(frozen=True)
class Upload:
    name: str
    content_type: str
    data: bytes


@dataclass
class Form:
    """`fields` holds a list under a name that ends in `[]`, else one text."""

    fields: dict[str, str | list[str]] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)


def read(raw: bytes, content_type: str) -> Form:
    environ = {
        "wsgi.input": io.BytesIO(raw),
        "CONTENT_LENGTH": str(len(raw)),
        "CONTENT_TYPE": content_type,
        "REQUEST_METHOD": "POST",
    }
    _, values, files = parse_form_data(environ)
    form = Form()
    for name in values:
        listed = values.getlist(name)
        if name.endswith("[]"):
            form.fields[name.removesuffix("[]")] = listed
        else:
            form.fields[name] = listed[0]
    for name in files:
        storage = files[name]
        form.files[name] = Upload(storage.filename or "", storage.mimetype, storage.read())
    return form
