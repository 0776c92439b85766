"""月结: two people, a month that is over, figures that stay."""

import csv
import hashlib
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import translation

from courses import certificates, completion
from courses.completion import revoking, sampling
from courses.ledger import LedgerRefusal, LedgerRefused
from courses.models import CountEntry, DailyTotal, District, Export, LedgerSeal, MonthClose, Target, Undercut
from courses.tally import (
    CloseRefusal,
    CloseRefused,
    ReportLocked,
    adjusted,
    adjustments_of,
    checklist,
    close_differences,
    close_files,
    closes,
    compared,
    confirm_close,
    propose_close,
    propose_year_close,
    record_check,
    refuse_when_drifted,
    take_back_close,
    take_file,
)
from courses.tally.closes import Check
from courses.tally.quality import Quality, of_records
from courses.tally.snapshots import root_of
from tests.append_only import lift
from tests.factories import cards, catalogue, people
from tests.factories.completion import counted, revoked, submitted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def august(now) -> None:
    batch(rows=[row(counted_on=date(2026, 8, 3), posted_on=date(2026, 8, 20)) for _ in range(3)], now=now)


def test_a_close_holds_what_was_posted_by_yesterday_and_seals_the_ledger_to_it(august, now) -> None:
    first, second = people.user(), people.user()
    close = propose_close(by=first, year=2026, month=8, now=now)
    assert (close.cut_off, close.snapshot["as_of"]) == (date(2026, 9, 13), "2026-09-13")
    assert close.snapshot["figures"]["line"] == [["skills", "", 3, 3]]
    assert close.snapshot["figures"]["people"] == [["skills", "", 3, 3], ["skills", "zhifu", 3, 3]]
    assert LedgerSeal.objects.get(book="ledger", day=date(2026, 9, 13)).root == close.snapshot["ledger"]
    confirm_close(by=second, close=close, seen=close.root, now=now)
    close.refresh_from_db()
    assert (close.proposed_by, close.closed_by) == (first, second)


def test_what_is_posted_after_the_month_does_not_stand_in_the_way(august, now) -> None:
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    batch(rows=[row(counted_on=date(2026, 8, 30), posted_on=date(2026, 9, 14))], now=now)
    confirm_close(by=people.user(), close=close, seen=close.root, now=now + timedelta(days=1))
    close.refresh_from_db()
    assert close.closed_at is not None


def test_who_proposed_does_not_confirm(august, now) -> None:
    officer = people.user()
    close = propose_close(by=officer, year=2026, month=8, now=now)
    with pytest.raises(CloseRefused) as refused:
        confirm_close(by=officer, close=close, seen=close.root, now=now)
    assert refused.value.code == CloseRefusal.SAME_PERSON


def test_who_saw_another_proposal_does_not_confirm_the_one_that_took_its_place(august, now) -> None:
    seen = propose_close(by=people.user(), year=2026, month=8, now=now)
    take_back_close(by=people.user(), close=seen, reason="目标要改", now=now)
    close = propose_close(by=people.user(), year=2026, month=8, now=now + timedelta(days=1))
    for other in (seen.root, ""):
        with pytest.raises(CloseRefused) as refused:
            confirm_close(by=people.user(), close=close, seen=other, now=now + timedelta(days=1))
        assert refused.value.code == CloseRefusal.REPLACED


def test_what_is_posted_while_the_records_are_read_stands_in_both_halves_of_the_close(august, now, monkeypatch) -> None:
    """Somebody who began yesterday posts at last, after the records were read and before the ledger is held."""

    def read_slowly(**said: Any) -> dict[str, Quality]:
        told = of_records(**said)
        batch(rows=[row(counted_on=date(2026, 8, 30), posted_on=date(2026, 9, 13))], now=now)
        return told

    monkeypatch.setattr(closes, "of_records", read_slowly)
    snapshot = propose_close(by=people.user(), year=2026, month=8, now=now).snapshot
    assert snapshot["figures"]["line"] == [["skills", "", 4, 4]]
    assert {key: own["counted"] for key, own in snapshot["quality"].items()} == {"": 4, "zhifu": 4}


def test_a_month_that_runs_and_a_month_that_was_proposed_are_refused(august, now) -> None:
    propose_close(by=people.user(), year=2026, month=8, now=now)
    for month, code in ((9, CloseRefusal.NOT_OVER), (8, CloseRefusal.ALREADY)):
        with pytest.raises(CloseRefused) as refused:
            propose_close(by=people.user(), year=2026, month=month, now=now)
        assert refused.value.code == code


def test_december_closes_in_january(now) -> None:
    with pytest.raises(CloseRefused):
        propose_close(by=people.user(), year=2026, month=12, now=now.replace(month=12, day=31, hour=15))
    # 16:00 UTC of 31 December is midnight in Yantai.
    close = propose_close(by=people.user(), year=2026, month=12, now=now.replace(month=12, day=31, hour=16))
    assert close.snapshot["as_of"] == "2026-12-31"


def closed(year: int, month: int, now: datetime) -> MonthClose:
    close = propose_close(by=people.user(), year=year, month=month, now=now)
    confirm_close(by=people.user(), close=close, seen=close.root, now=now)
    return close


def test_nothing_comes_into_a_closed_month_without_a_reason(now) -> None:
    done, later = submitted(now=now - timedelta(days=40))
    closed(2026, 8, now)
    assert (later.year, later.month) == (2026, 8)
    officer = people.user()
    with pytest.raises(LedgerRefused) as refused:
        completion.approve(by=officer, completion=done, now=now)
    assert refused.value.code == LedgerRefusal.MONTH_CLOSED
    done.refresh_from_db()
    entry = completion.approve(by=officer, completion=done, now=now, reason="材料迟交，已核实")
    assert entry is not None
    assert (entry.is_adjustment, entry.reason, entry.by, entry.month) == (True, "材料迟交，已核实", officer, 8)


def test_a_closed_month_is_its_snapshot_and_its_adjustments_both_shown(august, now) -> None:
    close = closed(2026, 8, now)
    batch(rows=[row(counted_on=date(2026, 8, 30)), row(counted_on=date(2026, 9, 2))], now=now)
    (line,) = adjusted(close=close)
    assert (line.snapshot, line.adjustments, line.now) == (3, 1, 4)
    assert [entry.reason for entry in adjustments_of(close=close)] == ["往年台账"]
    assert list(close_differences()) == []


def test_a_revocation_in_a_closed_month_is_an_adjustment_with_its_reason(now) -> None:
    entry, _later = counted(now=now - timedelta(days=40))
    close = closed(2026, 8, now)
    minus = revoked(entry.completion, now=now, reason="冒名参训")
    assert minus is not None
    assert (minus.is_adjustment, minus.counted_on) == (True, entry.counted_on)
    assert [(one.amount, one.reason) for one in adjustments_of(close=close)] == [(-1, "冒名参训")]


def test_the_database_keeps_no_adjustment_without_a_reason(now) -> None:
    entry, _later = counted(now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        CountEntry.objects.create(
            **{field.attname: getattr(entry, field.attname) for field in CountEntry._meta.concrete_fields}
            | {"id": None, "code": "L000000000X", "revision": 8, "is_adjustment": True, "reason": ""}
        )


def test_what_was_posted_today_keeps_its_month_open_until_tomorrow(august, now) -> None:
    batch(rows=[row(counted_on=date(2026, 8, 30))], now=now)
    with pytest.raises(CloseRefused) as refused:
        propose_close(by=people.user(), year=2026, month=8, now=now)
    assert refused.value.code == CloseRefusal.NOT_READY
    assert "还没有封存的计数（1）" in refused.value.sentence
    close = propose_close(by=people.user(), year=2026, month=8, now=now + timedelta(days=1))
    assert close.snapshot["figures"]["line"] == [["skills", "", 4, 4]]


def test_the_check_list_counts_what_is_open(now) -> None:
    submitted(now=now - timedelta(days=40))
    entry, _later = counted(now=now - timedelta(days=40), course=catalogue.course(occupation=catalogue.occupation("b")))
    revoking.propose_revocation(by=people.user(), completion=entry.completion, reason="疑", now=now)
    sampling.draw(by=people.user(), year=2026, month=8, district=None, now=now)
    Undercut.objects.create(
        number="Y1", completion=entry.completion, approved_by=people.user(), lost=[], rows=[], found_at=now
    )
    found = {one.check: one.many for one in checklist(year=2026, month=8, now=now)}
    assert found == {
        "not_sealed": 0, "drift": 0, "unchecked": 1, "open_completions": 1, "revocations": 1, "undercuts": 1,
        "red_carded": 0, "samples": 1, "earlier_open": 0,
    }  # fmt: skip


def test_what_counts_of_a_red_carded_class_is_on_the_check_list_until_somebody_decides(now) -> None:
    entry, _later = counted(now=now - timedelta(days=40))
    done = entry.completion
    assert done is not None

    def told() -> tuple[int, int]:
        found = {one.check: one.many for one in checklist(year=2026, month=8, now=now)}
        return found[Check.RED_CARDED], found[Check.REVOCATIONS]

    assert told() == (0, 0)
    cards.shown(training_class=done.enrolment.training_class, on=now.date(), now=now)
    assert told() == (1, 0)
    asked = revoking.propose_revocation(by=people.user(), completion=done, reason="红牌", now=now)
    assert told() == (0, 1)
    revoking.drop_revocation(by=people.user(), revocation=asked, reason="本人在场，录像为证", now=now)
    assert told() == (0, 0)


def test_a_proposal_that_is_taken_back_frees_its_month(august, now) -> None:
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    with pytest.raises(CloseRefused):
        take_back_close(by=people.user(), close=close, reason=" ", now=now)
    take_back_close(by=people.user(), close=close, reason="目标要改", now=now)
    batch(rows=[row(counted_on=date(2026, 8, 30))], now=now)
    assert not CountEntry.objects.filter(is_adjustment=True).exists()
    with pytest.raises(CloseRefused) as refused:
        confirm_close(by=people.user(), close=close, seen=close.root, now=now)
    assert refused.value.code == CloseRefusal.DECIDED
    propose_close(by=people.user(), year=2026, month=8, now=now + timedelta(days=1))


def test_the_month_stands_beside_the_month_before(august, now) -> None:
    batch(rows=[row(counted_on=date(2026, 7, 3), posted_on=date(2026, 8, 20))], now=now)
    closed(2026, 7, now)
    (line,) = compared(close=closed(2026, 8, now))
    assert (line.month, line.before, line.change, line.year) == (3, 1, 2, 4)


def test_a_year_closes_when_its_twelve_months_are(now) -> None:
    batch(rows=[row(counted_on=date(2025, 6, 3), posted_on=date(2025, 6, 20))], now=now)
    with pytest.raises(CloseRefused) as refused:
        propose_year_close(by=people.user(), year=2025, now=now)
    assert "（12）" in refused.value.sentence
    for month in range(1, 13):
        closed(2025, month, now)
    batch(rows=[row(counted_on=date(2025, 6, 9))], now=now)
    tomorrow = now + timedelta(days=1)
    year = propose_year_close(by=people.user(), year=2025, now=tomorrow)
    confirm_close(by=people.user(), close=year, seen=year.root, now=tomorrow)
    assert year.snapshot["figures"]["line"] == [["skills", "", 0, 2]]
    assert list(close_differences()) == []


def test_who_adjusted_a_closed_month_does_not_close_its_year(now) -> None:
    batch(rows=[row(counted_on=date(2025, 6, 3), posted_on=date(2025, 6, 20))], now=now)
    for month in range(1, 13):
        closed(2025, month, now)
    officer, tomorrow = people.user(), now + timedelta(days=1)
    original, back = CountEntry.objects.get(), CountEntry.objects.get()
    back.pk, back.code, back.amount, back.revision, back.reverses = None, "L-back", -1, 1, original
    back.posted_on, back.is_adjustment, back.reason, back.by = date(2026, 9, 14), True, "查重", officer
    back.save(force_insert=True)
    with pytest.raises(CloseRefused) as refused:
        propose_year_close(by=officer, year=2025, now=tomorrow)
    assert refused.value.code == CloseRefusal.HAND_IN_YEAR
    year = propose_year_close(by=people.user(), year=2025, now=tomorrow)
    with pytest.raises(CloseRefused) as refused:
        confirm_close(by=officer, close=year, seen=year.root, now=tomorrow)
    assert refused.value.code == CloseRefusal.HAND_IN_YEAR


def test_the_files_of_a_close_are_the_same_bytes_at_every_look(august, now) -> None:
    close = closed(2026, 8, now)
    first = {kind: file.content for kind, file in close_files(close=close).items()}
    with translation.override("en"), time_machine.travel(now + timedelta(days=400)):
        again = close_files(close=MonthClose.objects.get(pk=close.pk))
    assert {kind: file.content for kind, file in again.items()} == first
    assert set(first) == {"json", "csv", "xlsx"}
    assert first["csv"].startswith(b"\xef\xbb\xbf")
    cells = openpyxl.load_workbook(BytesIO(first["xlsx"])).active
    rows = [list(values) for values in cells.iter_rows(values_only=True)]
    assert ["区市", "技能", "zhifu", "zhifu", 3, 3] in rows


def test_a_close_whose_figures_the_entries_no_longer_give_is_a_difference(august, now) -> None:
    close = closed(2026, 8, now)
    DailyTotal.objects.filter(month=8).update(count=4)
    assert [name for name, _what in close_differences()] == ["monthclose 2026-08"]
    DailyTotal.objects.filter(month=8).update(count=3)
    lift(connection)
    MonthClose.objects.filter(pk=close.pk).update(snapshot={**close.snapshot, "as_of": "2026-09-01"})
    assert [what for _name, what in close_differences()] == ["its snapshot is not the one that was sealed"]


@pytest.mark.parametrize(
    "changes",
    [{"snapshot": {}}, {"root": "0" * 64}, {"cut_off": date(2026, 9, 30)}, {"month": 7}, {"year": 2025}],
)
def test_what_a_close_holds_is_changed_by_nobody(august, now, changes) -> None:
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MonthClose.objects.filter(pk=close.pk).update(**changes)


@pytest.mark.parametrize("deed", [confirm_close, take_back_close])
def test_a_close_is_decided_once_and_none_is_removed(august, now, deed) -> None:
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    said = {"seen": close.root} if deed is confirm_close else {"reason": "重算"}
    deed(by=people.user(), close=close, **said, now=now)
    rows = MonthClose.objects.filter(pk=close.pk)
    for forced in (lambda: rows.update(closed_at=None, closed_by=None), rows.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            forced()


def test_a_close_that_was_removed_or_sealed_anew_by_force_is_found(august, now) -> None:
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    confirm_close(by=people.user(), close=close, seen=close.root, now=now)
    assert list(close_differences()) == []
    lift(connection)
    forged = {**close.snapshot, "as_of": "2026-09-01"}
    MonthClose.objects.filter(pk=close.pk).update(snapshot=forged, root=root_of(forged))
    lost = [(f"monthclose {close.pk}", "was sealed and is not there as it was")]
    assert list(close_differences()) == lost
    MonthClose.objects.all().delete()
    assert list(close_differences()) == lost


def test_no_file_of_a_close_is_taken_while_the_last_check_differs(august, now) -> None:
    close = closed(2026, 8, now)
    record_check(differences=1, now=now)
    with pytest.raises(ReportLocked):
        take_file(by=people.user(), close=close, kind="csv", now=now)


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_whoever_takes_a_file_of_a_close_stands_in_the_records(august, now, kind) -> None:
    close, by = closed(2026, 8, now), people.user()
    given = take_file(by=by, close=close, kind=kind, now=now)
    kept, content = Export.objects.get(), given.file.read()
    assert (kept.form, kept.kind, kept.asked_by, kept.filters) == ("close", kind, by, {"year": 2026, "month": 8})
    assert (kept.rows, kept.sha256) == (
        sum(len(part) for part in close.snapshot["figures"].values()), hashlib.sha256(content).hexdigest()
    )  # fmt: skip


def test_who_approves_does_not_close(now) -> None:
    entry, _later = counted(now=now - timedelta(days=40))
    with pytest.raises(CloseRefused) as refused:
        propose_close(by=entry.by, year=2026, month=8, now=now)
    assert refused.value.code == CloseRefusal.HAND_IN_IT
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    with pytest.raises(CloseRefused):
        confirm_close(by=entry.by, close=close, seen=close.root, now=now)


def test_a_drift_locks_the_report_until_it_is_checked_clean(now) -> None:
    record_check(differences=2, now=now)
    with pytest.raises(ReportLocked) as refused:
        refuse_when_drifted()
    assert "2 处不一致" in refused.value.sentence
    record_check(differences=0, now=now)
    refuse_when_drifted()


def test_other_figures_than_the_proposal_are_not_confirmed(august, now) -> None:
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    Target.objects.create(year=2026, line="skills", amount=9, source="改", at=now - timedelta(days=60))
    with pytest.raises(CloseRefused) as refused:
        confirm_close(by=people.user(), close=close, seen=close.root, now=now)
    assert refused.value.code == CloseRefusal.CHANGED


def test_what_was_said_on_the_day_of_the_proposal_and_its_root_exchanged_by_force_are_not_confirmed(
    august, now
) -> None:
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    lift(connection)
    forged = {**close.snapshot, "quality": {}}
    MonthClose.objects.filter(pk=close.pk).update(snapshot=forged, root=root_of(forged))
    close.refresh_from_db()
    with pytest.raises(CloseRefused) as refused:
        confirm_close(by=people.user(), close=close, seen=close.root, now=now)
    assert refused.value.code == CloseRefusal.CHANGED


def test_a_name_that_changed_since_the_proposal_is_no_other_figure_and_the_snapshot_keeps_the_old_one(
    august, now
) -> None:
    catalogue.district()
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    before = close.snapshot["names"]
    District.objects.filter(key="zhifu").update(name="芝罘新区")
    confirm_close(by=people.user(), close=close, seen=close.root, now=now)
    close.refresh_from_db()
    assert close.closed_at is not None
    assert close.snapshot["names"] == before
    assert list(close_differences()) == []


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "＝", " =", "\u3000@", "|"])
def test_a_name_in_a_file_of_a_close_is_no_formula(begin: str, august, now) -> None:
    District.objects.filter(pk=catalogue.district().pk).update(name=f"{begin}1+1")
    told = close_files(close=closed(2026, 8, now))["csv"].content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(told, newline="")))
    assert ["区市", "技能", "zhifu", f"'{begin}1+1", "3", "3"] in rows
    assert not any(cell.startswith(begin) for line in rows for cell in line)


def test_who_approved_what_a_certificate_of_another_counted_does_not_close_its_month(now) -> None:
    rules = catalogue.policy("by-certificate", count_date="certificate")
    done, later = submitted(now=now - timedelta(days=40), policy=rules)
    officer = people.user()
    completion.approve(by=officer, completion=done, now=later)
    certificates.issue(by=people.user(), completion=done, now=later)
    assert (later.month, CountEntry.objects.get().by == officer) == (8, False)
    with pytest.raises(CloseRefused) as refused:
        propose_close(by=officer, year=2026, month=8, now=now)
    assert refused.value.code == CloseRefusal.HAND_IN_IT
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    with pytest.raises(CloseRefused) as refused:
        confirm_close(by=officer, close=close, seen=close.root, now=now)
    assert refused.value.code == CloseRefusal.HAND_IN_IT


def test_who_approved_what_another_adjusted_into_the_year_does_not_close_it(now) -> None:
    entry, _later = counted(now=now - timedelta(days=40))
    approver = entry.completion.approved_by
    entry.pk, entry.code, entry.revision, entry.by = None, "L-again", 2, people.user()
    entry.is_adjustment, entry.reason = True, "恢复计数"
    entry.save(force_insert=True)
    for by, code in ((approver, CloseRefusal.HAND_IN_YEAR), (people.user(), CloseRefusal.NOT_OVER)):
        with pytest.raises(CloseRefused) as refused:
            propose_year_close(by=by, year=2026, now=now)
        assert refused.value.code == code
