import json
import logging
import sys

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from lms.logs import JsonFormatter, LineFormatter, RequestLogMiddleware, redact


def record(message: str, *values: object, **extra: object) -> logging.LogRecord:
    logger = logging.getLogger("tests")
    return logger.makeRecord("tests", logging.INFO, __file__, 1, message, values, None, extra=extra)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("code 204816 sent to 13800138000", "code [code] sent to [phone]"),
        ("+86 138 0013 8000 and +8613800138000", "[phone] and [phone]"),
        ("document 37060219900307123X refused", "document [document] refused"),
        ("document 370602900307123 refused", "document [document] refused"),
        ("code:204816,phone=13800138000。", "code:[code],phone=[phone]。"),
        ("GET /my/enrol/?phone=138&code=204 done", "GET /my/enrol/?[query] done"),
        ("失败：手机13800138000，验证码204816", "失败：手机[phone]，验证码[code]"),
        ("duplicate key\nDETAIL:  Key (name)=(王小明) exists.", "duplicate key\nDETAIL: [row]"),
    ],
)
def test_what_looks_like_a_person_is_blanked_out(text: str, left: str) -> None:
    assert redact(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "12 rows in 204.816512 s",
        "0.138001380001234 s",
        "0.13800138000 s",
        "port 8000, year 2026",
        "entry 1234567",
        "id 12345678901234",
    ],
)
def test_counts_times_and_row_numbers_stay(text: str) -> None:
    assert redact(text) == text


def test_a_json_line_carries_the_message_and_its_plain_fields() -> None:
    line = json.loads(JsonFormatter().format(record("sent to %s", "13800138000", outbox=17, carrier="http", ok=True)))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "tests",
        "message": "sent to [phone]",
        "outbox": 17,
        "carrier": "http",
        "ok": True,
    }


def test_a_phone_given_as_a_number_or_as_a_field_is_blanked_out() -> None:
    line = json.loads(JsonFormatter().format(record("sent", number=13800138000, to="13800138000")))
    assert (line["number"], line["to"]) == ("[phone]", "[phone]")


def test_an_object_among_the_fields_is_left_out() -> None:
    request = RequestFactory().get("/my/?phone=13800138000")
    line = JsonFormatter().format(record("refused", request=request, visitor=request))
    assert "request" not in json.loads(line)
    assert "visitor" not in json.loads(line)


def test_a_traceback_is_kept_without_its_numbers() -> None:
    entry = record("broken")
    try:
        int("13800138000x")
    except ValueError:
        entry.exc_info = sys.exc_info()
    error = json.loads(JsonFormatter().format(entry))["error"]
    assert error.startswith("Traceback")
    assert "[phone]" not in error.splitlines()[0]
    assert "13800138000" not in error


@pytest.mark.parametrize(("status", "told"), [(403, False), (404, False), (500, True)])
def test_only_a_fault_tells_where_it_was_raised(status: int, told: bool) -> None:
    entry = record("Forbidden (Permission denied): /my/data/", status_code=status)
    entry.exc_info = (PermissionError, PermissionError(), None)
    assert ("error" in json.loads(JsonFormatter().format(entry))) is told
    assert (len(LineFormatter().format(entry).splitlines()) > 1) is told


def test_the_terminal_line_is_redacted_as_well() -> None:
    line = LineFormatter().format(record("sent to %s", "13800138000", tries=2))
    assert line.endswith("INFO tests: sent to [phone] tries=2")


def test_a_request_is_logged_by_its_route_and_never_by_its_path(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="lms.access")
    answer = RequestLogMiddleware(lambda request: HttpResponse(status=204))(RequestFactory().get("/C/SECRET?x=1"))
    entry = caplog.records[-1]
    assert answer.status_code == 204
    assert (entry.method, entry.route, entry.status) == ("GET", "", 204)
    assert "SECRET" not in str(entry.__dict__)
