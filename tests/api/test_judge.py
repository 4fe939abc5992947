"""What is read out of an answer; what each kind of answer means stands in test_retry_table.py."""

from datetime import UTC, datetime

import pytest

from layersync.api.judge import judge, judge_failure
from layersync.api.meaning import Kind
from layersync.api.retry_after import retry_after_s
from layersync.api.wire import Answer, AnswerLost, Failure, NotSent
from tests.api.server import json_answer

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>login</html>",
        b"{",
        b"[]",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b"[" * 200_000,
        b'"text"',
        b"9" * 5_000,
        b"\xff\xfe",
    ],
)
def test_a_200_that_is_no_json_object_is_unknown_and_not_tried_again(body: bytes) -> None:
    judgement = judge(Answer(200, {"content-type": "application/json"}, body), NOW)
    assert (judgement.kind, judgement.tries) == (Kind.UNKNOWN, 1)


def test_a_login_page_is_told_from_json_by_its_type() -> None:
    assert judge(Answer(200, {"content-type": "text/html"}, b"{}"), NOW).kind is Kind.UNKNOWN


def test_an_error_that_is_not_in_the_envelope_is_judged_by_its_status() -> None:
    for body in (b"<html>", b"[]", b'{"error": "text"}', b'{"error": {"code": 7, "message": []}}', b""):
        judgement = judge(Answer(502, {"content-type": "text/html"}, body), NOW)
        assert (judgement.kind, judgement.code) == (Kind.UNKNOWN, None)


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"fieldErrors": {"gender": ["Invalid enum value"]}}, "Invalid body. (gender: Invalid enum value)"),
        ({"issues": [{"path": "scheduledFor"}]}, "Invalid body. (scheduledFor)"),
        ({"issues": [{"path": ["a", 0], "message": "Too long"}]}, "Invalid body. (a.0: Too long)"),
        ({"missingFields": ["appDescription"]}, "Invalid body. (appDescription is missing)"),
        ({"fieldErrors": "odd", "issues": 3}, "Invalid body."),
        ({"fieldErrors": {"a": "odd", "b": None, "c": 3}}, "Invalid body. (a: odd; b: None; c: 3)"),
        (None, "Invalid body."),
    ],
)
def test_the_message_says_which_field_in_all_three_shapes_of_details(details: object, told: str) -> None:
    error = {"code": "VALIDATION", "message": "Invalid body.", "requestId": "req_1", "details": details}
    judgement = judge(json_answer(422, {"error": error}), NOW)
    assert (judgement.message, judgement.request_id) == (told, "req_1")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12", 12.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("Sat, 21 Nov 2026 02:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 01:00:00 GMT", 0.0),
        ("", None),
        ("abc", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("１２", None),
        ("99999999999999999999", None),
        ("Sat, 99 Nov 2026", None),
    ],
)
def test_retry_after_in_every_spelling(text: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": text}, NOW) == seconds


def test_an_http_date_is_taken_relative_to_the_answers_own_date() -> None:
    headers = {"retry-after": "Sat, 21 Nov 2026 09:00:30 GMT", "date": "Sat, 21 Nov 2026 09:00:00 GMT"}
    assert retry_after_s(headers, NOW) == 30.0


def test_a_wait_of_hours_ends_the_class_instead_of_being_slept_through() -> None:
    assert judge(json_answer(429, {}, {"retry-after": "3600"}), NOW).kind is Kind.CAPPED
    assert judge(json_answer(429, {}, {"retry-after": "900"}), NOW).kind is Kind.THROTTLED


def test_a_try_without_an_answer() -> None:
    assert judge_failure(AnswerLost("x")).kind is Kind.UNKNOWN
    assert judge_failure(NotSent("x")).kind is Kind.NOT_SENT
    assert judge_failure(NotSent("certificate", Failure.UNTRUSTED)).kind is Kind.STOP_RUN
