"""Spreadsheets: they open again, numbers stay text, each is logged, and a full one has a purpose."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from openpyxl import load_workbook

from courses import completion
from courses.models import AuditEvent, Completion, CountEntry, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open, words

pytestmark = pytest.mark.django_db
Submitted = Callable[..., TrainingClass]


def opened(response: HttpResponse) -> list[tuple[object, ...]]:
    """The rows of the first sheet, header first."""
    assert isinstance(response, FileResponse)
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))  # type: ignore[arg-type]
    return [tuple(cell.value for cell in row) for row in book.worksheets[0].iter_rows()]


def test_a_roster_opens_with_masked_numbers_and_is_logged(cast: Cast, sign_in: Open, submitted: Submitted) -> None:
    made = submitted(people_in=2)
    response = sign_in(cast.institution).post(reverse("desk_export_roster", args=[made.number]))
    assert made.number in response.headers["Content-Disposition"]
    rows = opened(response)
    assert len(rows) == 3
    numbers = {row.learner.documents.get().number for row in made.enrolments.all()}
    assert not numbers & {str(cell) for row in rows for cell in row}
    event = AuditEvent.objects.get(verb="exported")
    assert (event.by_name, event.target, event.detail["full"]) == ("cast-i", made.number, False)


def test_a_full_roster_wants_a_purpose_and_keeps_eighteen_digits_and_phones_as_text(
    cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    made = submitted(people_in=1)
    browser, address = sign_in(cast.city), reverse("desk_export_roster", args=[made.number])
    assert "请写明用途，本次未导出。" in words(browser.post(address, {"full": "1"}, follow=True))
    learner = made.enrolments.get().learner
    cells = opened(browser.post(address, {"full": "1", "purpose": "办理补贴"}))[1]
    assert {learner.documents.get().number, learner.phone} <= set(cells)
    assert AuditEvent.objects.get(verb="exported").detail["purpose"] == "办理补贴"


def test_a_full_roster_is_refused_to_who_may_take_only_masked_ones(
    cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    made = submitted(people_in=1)
    address = reverse("desk_export_roster", args=[made.number])
    answer = sign_in(cast.institution).post(address, {"full": "1", "purpose": "办理补贴"}, follow=True)
    assert "您不能导出完整证件号码，本次未导出。" in words(answer)
    assert not AuditEvent.objects.filter(verb="exported").exists()


def test_the_lines_file_holds_the_lines_of_the_filters_on_the_screen(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    submitted(people_in=2)
    completion.approve_all(by=cast.district, completions=list(Completion.objects.all()), now=now)
    browser = sign_in(cast.inspector)
    rows = opened(browser.post(reverse("desk_export_entries") + "?year=2026&line=skills"))
    assert {row[0] for row in rows[1:]} == set(CountEntry.objects.values_list("code", flat=True))
    assert {row[rows[0].index("姓名")] for row in rows[1:]} == {"王*强"}
    assert len(opened(browser.post(reverse("desk_export_entries") + "?year=2025"))) == 1


def test_the_tally_file_tells_the_figures_of_the_page(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    submitted(people_in=2)
    completion.approve_all(by=cast.district, completions=list(Completion.objects.all()), now=now)
    rows = opened(sign_in(cast.city).post(reverse("desk_export_tally") + "?year=2026"))
    assert [row[2:4] for row in rows[1:]] == [(2, 2), (0, 0)]


def test_an_institution_cannot_take_the_whole_tally(cast: Cast, sign_in: Open) -> None:
    answer = sign_in(cast.institution).post(reverse("desk_export_tally"))
    assert answer.headers["Location"] == reverse("desk_tally")
    assert not AuditEvent.objects.filter(verb="exported").exists()
