"""Interactive templates, to which flows refer by the number and label in the export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Json = Mapping[str, Any]


class Templates:
    """Templates in the export's shape: `source_id`, `label`, `interactive_content`, ..."""

    def __init__(self, templates: Iterable[Json] = ()) -> None:
        self._labelled: dict[str, Json] = {}
        self._numbered: dict[str, list[Json]] = {}
        for template in templates:
            self._labelled[str(template.get("label"))] = template
            self._numbered.setdefault(str(template.get("source_id")), []).append(template)

    def find(self, number: str, label: str) -> Json | None:
        """Find a template by number and label, else by the label, else by the number.

        Numbers belong to the system that exported the flow, so two exports may use one number for
        different templates; the label tells them apart.

        >>> known = Templates([{"source_id": 1, "label": "Yes"}, {"source_id": 1, "label": "No"}])
        >>> [known.find(*asked)["label"] for asked in (("1", "No"), ("7", "No"), ("1", "Maybe"))]
        ['No', 'No', 'Yes']
        """
        numbered = self._numbered.get(number, [])
        both = (one for one in numbered if one.get("label") == label)
        return next(both, None) or self._labelled.get(label) or next(iter(numbered), None)
