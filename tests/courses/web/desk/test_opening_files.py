"""Files of an opening: sealed like proofs, for the institution and its reviewers alone, gone by the policy's day."""

import io
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from courses import classes
from courses.classes import ClassRefused, paper_files
from courses.models import AuditEvent, OpeningFile, TrainingClass
from courses.people import sealed
from courses.people.proofs import ProofRefused
from courses.web.uploads import MOST
from tests.courses.rosters.conftest import private_folder
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, papers, people
from tests.factories.classes import training_class

__all__ = ["private_folder"]
pytestmark = pytest.mark.django_db
PDF = papers.pdf()


@pytest.fixture
def draft(now: datetime, cast: Cast) -> TrainingClass:
    return training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])


def attached(draft: TrainingClass, cast: Cast, now: datetime, content: bytes = PDF, paper: str = "plan") -> OpeningFile:
    return paper_files.attach(
        by=cast.institution, training_class=draft, paper=paper, content=ContentFile(content), now=now
    )


def photo(place: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40 + place, 30), "white").save(written, "PNG")
    return written.getvalue()


def test_an_institution_attaches_a_plan_and_its_reviewer_opens_it(
    now: datetime, cast: Cast, sign_in: Open, draft: TrainingClass, tmp_path: Path
) -> None:
    own, page = sign_in(cast.institution), reverse("desk_opening", args=[draft.number])
    form = soup(own.get(page)).select_one("form[action$='/opening/files/']")
    assert form is not None
    assert "一直没有提交的，文件在上传 90 天后自动删除。" in form.get_text()
    sent = {"paper": "plan", "file": SimpleUploadedFile("教学计划.exe", PDF)}
    assert "已保存文件。" in words(own.post(str(form["action"]), sent, follow=True))
    classes.submit(by=cast.institution, training_class=draft, now=now)
    bureau = sign_in(cast.district)
    listed = soup(bureau.get(page)).select_one("#files")
    assert listed is not None
    assert "教学计划 PDF 文件" in " ".join(listed.get_text(" ").split())
    assert [form["action"].endswith("/remove/") for form in listed.select("form")] == [False]
    given = bureau.post(str(listed.form["action"]))  # type: ignore[index]
    assert (given.status_code, given.content) == (200, PDF)
    assert given.headers["Content-Disposition"].startswith(f'attachment; filename="{draft.number}-plan-')
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in given.headers["Cache-Control"]
    event = AuditEvent.objects.get(verb="opening_file_opened")
    assert (event.by_name, event.detail) == ("cast-d", {"class": draft.number, "paper": "plan"})
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert stored
    assert b"%PDF" not in stored


def test_only_who_runs_and_who_reviews_the_class_opens_its_files(
    now: datetime, cast: Cast, sign_in: Open, draft: TrainingClass
) -> None:
    file = attached(draft, cast, now)
    address = reverse("desk_opening_file", args=[draft.number, file.code])
    told = {name: sign_in(user).post(address).status_code for name, user in cast.everybody().items()}
    assert told == {
        "learner": 403, "trainer": 403, "institution": 200, "district": 200, "city": 200, "inspector": 404,
        "auditor": 404, "editor": 403,
    }  # fmt: skip
    assert sign_in(cast.district).get(address).status_code == 405
    assert AuditEvent.objects.filter(verb="opening_file_opened").count() == 3
    assert soup(sign_in(cast.auditor).get(reverse("desk_opening", args=[draft.number]))).select("#files") == []
    other = catalogue.institution("J002", "莱山学校", catalogue.district("laishan", "莱山区"))
    stranger = sign_in(people.staff(role="institution", now=now, institution=other))
    for name in ("desk_opening_file", "desk_opening_remove"):
        assert stranger.post(reverse(name, args=[draft.number, file.code])).status_code == 404
    assert stranger.post(reverse("desk_opening_attach", args=[draft.number]), {"paper": "plan"}).status_code == 404
    elsewhere = training_class(now=now, first=now + timedelta(days=30), approved=False)
    swapped = reverse("desk_opening_file", args=[elsewhere.number, file.code])
    assert sign_in(cast.institution).post(swapped).status_code == 404


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00" * 30, "wrong_type"),
        (b"<html><script>1</script></html>", "wrong_type"),
        (PDF[:200], "unreadable"),
        (b"x" * (8 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_is_no_paper_is_refused_with_its_code_and_nothing_is_kept(
    content: bytes, code: str, now: datetime, cast: Cast, draft: TrainingClass, tmp_path: Path
) -> None:
    with pytest.raises(ProofRefused) as refused:
        attached(draft, cast, now, content)
    assert refused.value.code == code
    assert not OpeningFile.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_paper_has_so_many_files_and_the_same_one_once(now: datetime, cast: Cast, draft: TrainingClass) -> None:
    first = attached(draft, cast, now)
    assert attached(draft, cast, now).pk == first.pk
    assert attached(draft, cast, now, paper="assessment").pk != first.pk
    for place in range(1, 4):
        attached(draft, cast, now, photo(place))
    with pytest.raises(ProofRefused) as refused:
        attached(draft, cast, now, papers.photo())
    assert refused.value.code == "too_many"


def test_what_was_handed_in_is_neither_added_to_nor_taken_away(
    now: datetime, cast: Cast, sign_in: Open, draft: TrainingClass
) -> None:
    file = attached(draft, cast, now)
    classes.submit(by=cast.institution, training_class=draft, now=now)
    with pytest.raises(ClassRefused):
        attached(draft, cast, now, papers.photo())
    remove = reverse("desk_opening_remove", args=[draft.number, file.code])
    own = sign_in(cast.institution)
    assert "已删除这个文件。" not in words(own.post(remove, follow=True))
    classes.send_back(by=cast.district, training_class=draft, reason="计划要写到每次课", now=now)
    assert "已删除这个文件。" in words(own.post(remove, follow=True))
    assert own.post(remove).status_code == 404
    assert OpeningFile.objects.get().deleted_at == now


def test_files_go_with_the_class_files_and_those_of_a_draft_that_was_never_handed_in_sooner(
    now: datetime, cast: Cast, draft: TrainingClass, tmp_path: Path
) -> None:
    handed_in = training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
    attached(draft, cast, now)
    kept = attached(handed_in, cast, now)
    classes.submit(by=cast.institution, training_class=handed_in, now=now)
    assert paper_files.sweep(now=now + timedelta(days=90)) == 0
    assert paper_files.sweep(now=now + timedelta(days=91)) == 1
    assert paper_files.kept(training_class=handed_in).get() == kept
    assert paper_files.sweep(now=now.replace(year=now.year + 10)) == 0
    assert paper_files.sweep(now=now.replace(year=now.year + 11)) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert AuditEvent.objects.filter(verb="opening_file_expired").count() == 2


def test_a_draft_that_is_handed_in_while_the_sweep_runs_keeps_its_papers(
    now: datetime, cast: Cast, draft: TrainingClass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, late = attached(draft, cast, now), attached(draft, cast, now, paper="materials")
    drop = sealed.drop

    def handed_in_meanwhile(path: str) -> None:
        drop(path)
        TrainingClass.objects.filter(pk=draft.pk).update(status="submitted", submitted_at=now)

    monkeypatch.setattr(sealed, "drop", handed_in_meanwhile)
    assert paper_files.sweep(now=now + timedelta(days=91)) == 1
    assert paper_files.kept(training_class=draft).count() == 1
    held = paper_files.kept(training_class=draft).get()
    assert held in {early, late}
    assert (tmp_path / held.file).exists()


def test_a_file_that_is_removed_twice_at_one_moment_is_on_record_once(
    now: datetime, cast: Cast, draft: TrainingClass
) -> None:
    file = attached(draft, cast, now)
    for minutes in (1, 2):
        paper_files.remove(by=cast.institution, file=file, now=now + timedelta(minutes=minutes))
    assert OpeningFile.objects.get().deleted_at == now + timedelta(minutes=1)
    assert AuditEvent.objects.filter(verb="opening_file_removed").count() == 1


def test_a_file_without_its_row_is_swept_away_after_a_day(
    now: datetime, cast: Cast, draft: TrainingClass, tmp_path: Path
) -> None:
    file = attached(draft, cast, now)
    assert paper_files.reencrypt_files() == 0
    os.utime(tmp_path / file.file, (now.timestamp(), now.timestamp()))
    assert paper_files.sweep_strays(now=now + timedelta(days=2)) == 0
    OpeningFile.objects.filter(pk=file.pk).update(deleted_at=now)
    assert paper_files.sweep_strays(now=now + timedelta(days=2)) == 1


def test_a_file_beyond_every_limit_is_not_even_read(cast: Cast, sign_in: Open, draft: TrainingClass) -> None:
    large = SimpleUploadedFile("plan.pdf", b"x" * (MOST + 1))
    answer = sign_in(cast.institution).post(
        reverse("desk_opening_attach", args=[draft.number]), {"paper": "plan", "file": large}
    )
    assert answer.status_code in {400, 413}
    assert not OpeningFile.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_takes_the_same_statements_for_one_file_and_for_three(
    number: int, now: datetime, cast: Cast, sign_in: Open, draft: TrainingClass
) -> None:
    for paper in ("plan", "materials", "assessment")[:number]:
        attached(draft, cast, now, paper=paper)
    browser, page = sign_in(cast.institution), reverse("desk_opening", args=[draft.number])
    browser.get(page)
    with CaptureQueriesContext(connection) as spent:
        seen = soup(browser.get(page))
    assert len(seen.select("#files li")) == number
    assert len(spent) == 32
