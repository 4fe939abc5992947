"""Answers as excerpts: the quick way where it is exact, the careful one where it is not."""

from collections.abc import Mapping

from layersync.api.body import json_object, refuse_other_types
from layersync.api.judge import Parse
from layersync.api.wire import Answer
from layersync.plan.excerpt import Cut, Unfit

RECORD = "record"


def page_parser(cut: Cut) -> Parse:
    """Reads a page: `items` are excerpts (or whatever else stands there), `nextCursor` is as it came."""

    def parse(answer: Answer) -> Mapping[str, object]:
        refuse_other_types(answer)
        try:
            items, cursor = cut.page(answer.body)
        except Unfit:
            return _carefully(cut, json_object(answer))
        return {"items": items, "nextCursor": cursor}

    return parse


def record_parser(cut: Cut) -> Parse:
    """Reads one record: the excerpt stands under `RECORD`."""

    def parse(answer: Answer) -> Mapping[str, object]:
        refuse_other_types(answer)
        try:
            return {RECORD: cut.record(answer.body)}
        except Unfit:
            return {RECORD: cut.of(json_object(answer))}

    return parse


def _carefully(cut: Cut, body: Mapping[str, object]) -> Mapping[str, object]:
    items = body.get("items")
    if isinstance(items, list):
        items = [cut.of(item) if isinstance(item, Mapping) else item for item in items]
    return {"items": items, "nextCursor": body.get("nextCursor")}
