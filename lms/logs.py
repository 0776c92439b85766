"""Log lines without personal data.

Two formatters for `LOGGING`: `lms.logs.JsonFormatter` (one JSON object per line) and `lms.logs.LineFormatter` (for a
person at a terminal). The rule is that nobody logs a name, a number or a code; both formatters are the last net under
that rule and blank out whatever still looks like one.
"""

import datetime as dt
import json
import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from lms import measures

# In `request.META`. Letters alone: a run of digits would be blanked out, and nobody mistakes an O for a zero by phone.
REQUEST_ID, LETTERS = "tideline.request_id", "ABCDEFGHJKLMNPQRSTUVWXYZ"
ACCESS = logging.getLogger("lms.access")

DOCUMENT = re.compile(r"(?<!\d)(?<!\d\.)(?:\d{17}[\dXx]|\d{15})(?![\dXx])")
PHONE = re.compile(r"(?<!\d)(?<!\d\.)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
CODE = re.compile(r"(?<![\d.])\d{6}(?![\d.])")
QUERY = re.compile(r"(?<=/)([^\s?\"'<>]*)\?[^\s\"'<>]+")
# PostgreSQL adds the offending row to its messages
DETAIL = re.compile(r"^(DETAIL|详细信息|描述):.*$", re.MULTILINE)

STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "request", "server_time"}


def redact(text: str) -> str:
    """Blank out documents (15 or 18 characters), mainland phones, 6-digit codes, query strings and row details."""
    text = DETAIL.sub(r"\1: [row]", text)
    text = QUERY.sub(r"\1?[query]", text)
    text = DOCUMENT.sub("[document]", text)
    text = PHONE.sub("[phone]", text)
    return CODE.sub("[code]", text)


def extras(record: logging.LogRecord) -> dict[str, str | int | float | bool | None]:
    """The fields given with `extra=`. Only plain values: an object's text may show anything."""
    kept: dict[str, str | int | float | bool | None] = {}
    for key, value in record.__dict__.items():
        if key in STANDARD or key.startswith("_"):
            continue
        if isinstance(value, str):
            kept[key] = redact(value)
        elif value is None or isinstance(value, bool | float):
            kept[key] = value
        elif isinstance(value, int):
            # numbers that count or measure stay; those as long as a phone or a document do not
            kept[key] = value if abs(value) < 10**10 else redact(str(value))
    if name := getattr(getattr(record, "request", None), "META", {}).get(REQUEST_ID):
        kept["request_id"] = name
    return kept


def is_a_fault(record: logging.LogRecord) -> bool:
    """An answer below 500 was meant, so that its line says enough; where it was raised tells nobody anything."""
    return int(getattr(record, "status_code", 500)) >= 500


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time (UTC), level, logger, message, the extras and, where there is one, the error."""

    def format(self, record: logging.LogRecord) -> str:
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            **extras(record),
        }
        if record.exc_info and is_a_fault(record):
            line["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class LineFormatter(logging.Formatter):
    """`12:30:05 WARNING courses.notices: message key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC).astimezone()
        fields = "".join(f" {key}={value}" for key, value in extras(record).items())
        text = f"{moment:%H:%M:%S} {record.levelname} {record.name}: {redact(record.getMessage())}{fields}"
        if record.exc_info and is_a_fault(record):
            text += "\n" + redact(self.formatException(record.exc_info))
        return text


class RequestLogMiddleware:
    """One line per request: method, route, status, milliseconds, and a random name that the page of a fault shows too.
    The route is the pattern, never the path that was asked for, because a path may carry a code."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request.META[REQUEST_ID] = "".join(secrets.choice(LETTERS) for _ in range(8))
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        match = request.resolver_match
        route = match.route if match else ""
        measures.count(route=route, status=response.status_code, seconds=seconds)
        ACCESS.info(
            "request",
            extra={
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "request_id": request.META[REQUEST_ID],
            },
        )
        return response
