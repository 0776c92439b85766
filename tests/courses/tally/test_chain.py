"""From a number back to the scan, link by link."""

from datetime import datetime, timedelta

import pytest

from courses import attendance, ledger, tally
from courses.attendance import ScanRefused, Who, seal_ticket
from courses.attendance.tickets import new_ticket
from courses.models import CountEntry, Direction, Enrolment, Lesson
from tests.factories import people
from tests.factories.classes import enrolled
from tests.factories.completion import counted, revoked
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


def test_every_link_is_there_from_the_line_to_the_evidence(now, django_assert_num_queries) -> None:
    entry, later = counted(now=now, lessons=3)
    ledger.seal_through(day=later.date(), now=later.replace(day=later.day + 1))
    posted = CountEntry.objects.get(pk=entry.pk)
    with django_assert_num_queries(8):
        chain = tally.chain(entry=posted)
        assert chain.completion is not None
        assert chain.enrolment is not None
        assert chain.training_class is not None
        assert chain.training_class.number == entry.class_number
        assert chain.enrolment.learner.person == entry.person
        assert chain.training_class.approved_by is not None
    reasonings = (
        chain.completion.proposed_reasoning,
        chain.completion.submitted_reasoning,
        chain.completion.approved_reasoning,
    )
    assert [said["passed"] for said in reasonings if said] == [True, True, True]
    assert [link.lesson.number for link in chain.lessons] == [1, 2, 3]
    assert [[row.direction for row in link.evidence] for link in chain.lessons] == [["in", "out"]] * 3
    assert [link.attendance.minutes for link in chain.lessons if link.attendance] == [180, 180, 180]
    assert chain.seal is not None
    assert chain.seal.day == entry.posted_on
    assert (chain.reversal, chain.batch) == (None, None)


def test_a_line_that_was_taken_back_shows_by_what(now) -> None:
    entry, later = counted(now=now)
    assert entry.completion is not None
    reversal = revoked(entry.completion, now=later)
    chain = tally.chain(entry=entry)
    assert chain.reversal == reversal
    assert chain.reversal is not None
    assert chain.reversal.reason == "冒名参训"


def test_a_line_of_a_batch_shows_its_batch_and_claims_no_evidence(now) -> None:
    made = batch(rows=[row()], now=now)
    chain = tally.chain(entry=CountEntry.objects.get())
    assert (chain.batch, chain.completion, chain.lessons) == (made, None, ())


def turned_away(own: Enrolment, number: int, at: datetime, direction: Direction = Direction.OUT) -> str:
    """The learner's phone scans the wall of a lesson, and is refused."""
    lesson = Lesson.objects.get(training_class=own.training_class_id, number=number)
    scan = new_ticket(lesson_code=lesson.code, direction=direction, device="", now=at)
    with pytest.raises(ScanRefused) as refused:
        attendance.redeem(ticket_text=seal_ticket(scan), who=Who(user_id=own.learner.user_id), now=at)
    return str(refused.value.code)


def test_the_scans_of_this_learner_that_were_refused_stand_beside_the_evidence_of_their_lesson(now: datetime) -> None:
    entry, later = counted(now=now, lessons=2)
    assert entry.completion is not None
    own = entry.completion.enrolment
    other = enrolled(training_class=own.training_class, now=now, learner=people.learner(now=now))
    times = [later + timedelta(minutes=minutes) for minutes in (1, 2, 3)]
    scanned = zip((own, other, own), times, strict=True)
    assert [turned_away(who, 2, at) for who, at in scanned] == ["too_late", "not_in_yet", "too_late"]
    chain = tally.chain(entry=entry)
    assert [[(scan.code, scan.at) for scan in link.turned_away] for link in chain.lessons] == [
        [],
        [("too_late", times[0]), ("too_late", times[2])],
    ]
    assert [(len(link.evidence), link.rows) for link in chain.lessons] == [(2, 2), (2, 4)]
