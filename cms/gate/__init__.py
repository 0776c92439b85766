"""The publish gate: full document numbers and phones are found in pages and in files before anybody else reads them.

Asked when a reviewer approves, when a scheduled page is due, whenever a live page is written, and when a file is
uploaded. It knows nothing of people: what it finds is shown masked and told again by a keyed digest.
"""

from collections.abc import Iterator
from typing import IO

from wagtail.models import Page

from cms.gate.files import read_file
from cms.gate.pages import page_passages
from cms.gate.refusal import FileSlip, Finding, Passage, PublishCode, PublishRefused, findings_in
from courses.people import full_numbers
from courses.people.full_numbers import NumberKind

__all__ = [
    "FileSlip",
    "Finding",
    "NumberKind",
    "PublishCode",
    "PublishRefused",
    "file_findings",
    "is_clean",
    "page_findings",
    "text_findings",
]


def page_findings(page: Page) -> tuple[Finding, ...]:
    """What a page would give away, with everything that it links to."""
    return tuple(findings_in(page_passages(page)))


def file_findings(stream: IO[bytes], *, name: str) -> tuple[Finding, ...]:
    """What a file would give away, by its content and its name."""
    return tuple(findings_in(_named(stream, name)))


def text_findings(text: str, *, place: str) -> tuple[Finding, ...]:
    return tuple(findings_in([Passage(place, text)]))


def is_clean(text: str) -> bool:
    return next(full_numbers.find(text), None) is None


def _named(stream: IO[bytes], name: str) -> Iterator[Passage]:
    yield Passage("", name)
    yield from read_file(stream, name=name)
