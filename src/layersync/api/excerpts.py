"""Answers as excerpts: the quick way where it is exact, the careful one where it is not."""

from collections.abc import Mapping

from layersync.api.body import json_object, refuse_other_types
from layersync.api.judge import Parse
from layersync.api.wire import Answer
from layersync.plan.excerpt import Cut
from layersync.plan.slots import Excerpt, Unfit

RECORD = "record"
ANSWER = "answer"


def page_parser(cut: Cut) -> Parse:
    """Reads a page: `items` is a list of excerpts, None where there is no such list; `nextCursor` is as it came."""

    def parse(answer: Answer) -> Mapping[str, object]:
        refuse_other_types(answer)
        try:
            items, cursor = cut.page(answer.body)
        except Unfit:
            body = json_object(answer)
            return {"items": _carefully(cut, body.get("items")), "nextCursor": body.get("nextCursor")}
        return {"items": items, "nextCursor": cursor}

    return parse


def items_of(cut: Cut, told: object) -> list[Excerpt] | None:
    """The items of a page that `page_parser` read; None where one of them has no id, or there are none."""
    return told if isinstance(told, list) and cut.have_ids(told) else None


def record_parser(cut: Cut) -> Parse:
    """Reads one record: the excerpt stands under `RECORD`, the answer that it was cut from under `ANSWER`."""

    def parse(answer: Answer) -> Mapping[str, object]:
        refuse_other_types(answer)
        try:
            return {RECORD: cut.record(answer.body), ANSWER: answer}
        except Unfit:
            return {RECORD: cut.of(json_object(answer)), ANSWER: answer}

    return parse


def _carefully(cut: Cut, items: object) -> list[Excerpt] | None:
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        return None
    return [cut.of(item) for item in items]
