"""Days of a book closed one after the other, each bound to the one before."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from courses import audit, ledger, tally, tasks
from courses.ledger import SealRefusal, SealRefused
from courses.models import CountEntry, LedgerSeal
from tests.append_only import lift, restore
from tests.factories import people
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
Book = LedgerSeal.Book
MONDAY = date(2026, 9, 7)


@pytest.fixture
def three_days(now) -> None:
    """Two lines on Monday, none on Tuesday, one on Wednesday."""
    days = (MONDAY, MONDAY, MONDAY + timedelta(days=2))
    batch(rows=[row(counted_on=date(2026, 8, 31), posted_on=day) for day in days], now=now)


def test_the_days_between_are_sealed_too_and_each_names_the_one_before(three_days, now) -> None:
    wednesday = ledger.seal(book=Book.LEDGER, day=MONDAY + timedelta(days=2), now=now)
    seals = list(LedgerSeal.objects.filter(book=Book.LEDGER).order_by("day"))
    assert [(seal.day.day, seal.rows) for seal in seals] == [(7, 2), (8, 0), (9, 1)]
    assert [seal.previous_id for seal in seals] == [None, seals[0].pk, seals[1].pk]
    assert wednesday == seals[-1]
    assert len({seal.root for seal in seals}) == 3
    assert list(ledger.verify_seals()) == []


def test_sealing_again_gives_the_same_seal(three_days, now) -> None:
    first = ledger.seal(book=Book.LEDGER, day=MONDAY, now=now)
    assert ledger.seal(book=Book.LEDGER, day=MONDAY, now=now + timedelta(days=1)) == first
    assert LedgerSeal.objects.count() == 1


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 9, 14), SealRefusal.NOT_OVER), (date(2026, 9, 6), SealRefusal.BEFORE_FIRST)]
)
def test_neither_today_nor_a_day_before_the_first_seal_is_sealed(three_days, now, day, code) -> None:
    ledger.seal(book=Book.LEDGER, day=MONDAY, now=now)
    with pytest.raises(SealRefused) as refused:
        ledger.seal(book=Book.LEDGER, day=day, now=now)
    assert refused.value.code == code
    assert "没有封存" in refused.value.sentence


def test_every_book_is_sealed_to_the_day_and_a_second_time_makes_none(three_days, now) -> None:
    user = people.user()
    audit.record(by=user, verb="looked", target=user, now=datetime(2026, 9, 8, 15, 59, tzinfo=UTC))
    audit.record(by=user, verb="looked", target=user, now=datetime(2026, 9, 8, 16, 1, tzinfo=UTC))
    made = ledger.seal_through(day=MONDAY + timedelta(days=3), now=now)
    assert [(seal.book, seal.day.day, seal.rows) for seal in made] == [
        ("ledger", 7, 2), ("ledger", 8, 0), ("ledger", 9, 1), ("ledger", 10, 0),
        ("audit", 8, 1), ("audit", 9, 1), ("audit", 10, 0),
    ]  # fmt: skip
    assert ledger.seal_through(day=MONDAY + timedelta(days=3), now=now) == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE courses_countentry SET district = 'laishan' WHERE posted_on = '2026-09-07'",
        "DELETE FROM courses_countentry WHERE posted_on = '2026-09-09'",
        "UPDATE courses_ledgerseal SET root = '0' WHERE day = '2026-09-08'",
    ],
)
def test_whoever_gets_past_the_database_is_named_by_the_seal(three_days, now, tampering) -> None:
    ledger.seal_through(day=MONDAY + timedelta(days=2), now=now)
    lift(connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM courses_countclaim")
        cursor.execute(tampering)
    restore(connection)
    named = [name for name, _what in ledger.verify_seals(book=Book.LEDGER)]
    assert named
    assert all(name.startswith("seal of ledger 2026-09-0") for name in named)
    assert any(name in str(difference) for name in named for difference in ledger.differences())


def test_a_row_slipped_into_a_sealed_day_is_named(three_days, now) -> None:
    ledger.seal_through(day=MONDAY, now=now)
    known = CountEntry.objects.earliest("pk")
    known.pk, known.code = None, "SLIPPED"
    known.save(force_insert=True)
    assert [name for name, _what in ledger.verify_seals()] == ["seal of ledger 2026-09-07"]


def test_a_column_that_comes_later_breaks_no_seal(three_days, now) -> None:
    """What was hashed of a row stands on the seal; a row's other columns are nobody's business then."""
    ledger.seal_through(day=MONDAY, now=now)
    seal = LedgerSeal.objects.get(book=Book.LEDGER)
    assert {"amount", "person", "reason", "is_adjustment"} <= set(seal.columns.split())
    assert list(ledger.verify_seals()) == []
    lift(connection)
    LedgerSeal.objects.filter(pk=seal.pk).update(columns=seal.columns.replace(" reason", ""))
    restore(connection)
    assert {what for _name, what in ledger.verify_seals()} >= {"its link to the seal before it is broken"}


def test_a_day_rewritten_and_sealed_anew_with_all_later_ones_is_told_by_a_root_kept_outside(three_days, now) -> None:
    ledger.seal_through(day=MONDAY + timedelta(days=2), now=now)
    outside = ledger.root_lines()
    assert list(ledger.verify_roots(lines=outside)) == []
    lift(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE courses_countentry SET district = 'laishan' WHERE posted_on = '2026-09-07'")
    while last := LedgerSeal.objects.filter(book=Book.LEDGER).order_by("-day").first():
        last.delete()
    restore(connection)
    ledger.seal_through(day=MONDAY + timedelta(days=2), now=now)
    assert list(ledger.verify_seals(book=Book.LEDGER)) == []
    (told,) = ledger.verify_roots(lines=[line for line in outside if line.startswith("ledger")])
    assert told[0].startswith("root of ledger 2026-09-09")


def test_the_root_of_a_sealed_day_is_printed_and_proved_by_the_commands(three_days, now, tmp_path, capsys) -> None:
    ledger.seal_through(day=MONDAY, now=now)
    call_command("ledger_root", day=MONDAY)
    printed = capsys.readouterr().out
    assert printed.splitlines() == ledger.root_lines(on=MONDAY)
    kept = tmp_path / "roots.txt"
    kept.write_text(printed, encoding="utf-8")
    call_command("check_consistency", roots=kept)
    kept.write_text(printed.replace("2026", "2025"), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("check_consistency", roots=kept)
    assert "is not what the books lead to" in capsys.readouterr().err


def test_each_night_the_roots_go_to_a_file_outside_and_the_books_are_proved_against_it(
    three_days, now, tmp_path, settings
) -> None:
    """Who rewrites a day and seals it anew leaves every seal whole, and is found the next night."""
    kept = tmp_path / "roots.txt"
    settings.LEDGER_ROOTS = str(kept)
    with time_machine.travel(datetime(2026, 9, 10, 1, tzinfo=UTC), tick=False):
        tasks.seal_yesterday()
        tasks.seal_yesterday()
        assert kept.read_text(encoding="utf-8").splitlines() == ledger.root_lines()
        tasks.check_consistency()
        assert tally.last_check().clean
        lift(connection)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE courses_countentry SET institution = 'J9' WHERE posted_on = '2026-09-07'")
        while last := LedgerSeal.objects.filter(book=Book.LEDGER).order_by("-day").first():
            last.delete()
        restore(connection)
        tasks.seal_yesterday()
        tasks.check_consistency()
    assert any(line.startswith("root of ledger 2026-09-09") for line in tally.last_check().named)
