"""换人: one member of a booking in the place of another, in one step."""

from datetime import timedelta

import pytest

from courses import enrolment, groups, notices, seating
from courses.enrolment import EnrolmentRefused
from courses.groups import GroupRefused
from courses.models import Enrolment, GroupBooking, Learner, OutboxMessage, TrainingClass
from courses.people.learners import Applicant, IdentityRefused
from tests.factories import catalogue, people
from tests.factories import groups as bookings
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
DELIVERED = timedelta(hours=1)


@pytest.fixture
def given(a_class, clerk, now) -> GroupBooking:
    """Three people with seats; nobody has been told yet."""
    made = bookings.booking(training_class=a_class, now=now, by=clerk)
    bookings.listed(booking=made, now=now)
    return groups.confirm(booking=made, by=clerk, now=now)


def newcomer(**changes) -> Applicant:
    values = {
        "document_kind": "resident",
        "document_number": people.resident_number(),
        "name": "孙小海",
        "phone": "19911112222",
        "education": "31",
        "category": "unemp",
        "district": None,
        "consent": True,
        **changes,
    }
    return Applicant(**values)


def first_of(booking: GroupBooking) -> Enrolment:
    return booking.enrolments.select_related("learner", "training_class__course").order_by("arrival_no")[0]


def told() -> list[tuple[str, int | None]]:
    return sorted(OutboxMessage.objects.exclude(kind="group_given").values_list("kind", "learner"))


def test_the_seat_goes_to_the_other_and_nobody_waits_longer_for_it(given, a_class, clerk, now) -> None:
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=3)
    waits = enrolled(training_class=a_class, now=now)
    out = first_of(given)
    done = groups.replace(booking=given, out=out, applicant=newcomer(), by=clerk, now=now, truth="")
    out.refresh_from_db()
    waits.refresh_from_db()
    a_class.refresh_from_db()
    assert (out.status, out.why) == ("withdrawn", "group_replaced")
    assert (done.made.status, done.made.source, done.made.booking, done.made.arrival_no) == (
        "admitted",
        "group",
        given,
        5,
    )
    assert (waits.status, a_class.taken, a_class.waiting) == ("waitlisted", 3, 1)
    assert enrolment.occupancy_differences() == []


def test_who_has_not_heard_of_the_seat_hears_nothing_and_who_has_is_told(given, clerk, now) -> None:
    out = first_of(given)
    done = groups.replace(booking=given, out=out, applicant=newcomer(), by=clerk, now=now, truth="")
    assert ("group_replaced", out.learner_id) not in told()
    assert ("enrolment_admitted", out.learner_id) not in told()
    assert ("enrolment_admitted", done.made.learner_id) in told()
    notices.deliver_due(now=now + DELIVERED)
    heard = first_of(given) if first_of(given).status == "admitted" else done.made
    groups.replace(booking=given, out=heard, applicant=newcomer(name="林海"), by=clerk, now=now + DELIVERED, truth="")
    assert told().count(("group_replaced", heard.learner_id)) == 1


def test_who_asked_to_change_class_knows_of_the_seat_and_is_told_that_it_went_to_another(
    given, a_class, clerk, now
) -> None:
    """Within the first minutes nobody was told of the seat; one of them found it on the site."""
    out, there = first_of(given), training_class(now=now, course=a_class.course, first=now + timedelta(days=9))
    enrolment.ask_for_transfer(enrolment=out, to=there, reason="上班冲突", by=clerk, now=now)
    enrolment.turn_request_down(enrolment=out, reason="没有空位", by=clerk, now=now)
    groups.replace(booking=given, out=out, applicant=newcomer(), by=clerk, now=now, truth="")
    own = [kind for kind, learner in told() if learner == out.learner_id]
    assert own == ["group_replaced", "transfer_refused"]


def test_who_was_told_that_the_class_stops_is_told_also_where_the_clock_was_set_back_meanwhile(
    given, a_class, clerk, now
) -> None:
    earlier, stop, go_on = now - timedelta(minutes=30), TrainingClass.Status.SUSPENDED, TrainingClass.Status.ENROLLING
    seating.advance(by=clerk, training_class=a_class, to=stop, reason="场地停用", now=earlier)
    seating.advance(by=clerk, training_class=a_class, to=go_on, now=earlier)
    out = first_of(given)
    groups.replace(booking=given, out=out, applicant=newcomer(), by=clerk, now=earlier, truth="")
    assert ("group_replaced", out.learner_id) in told()


def test_undoing_the_booking_takes_back_who_came_in_anothers_place_too(given, clerk, now) -> None:
    groups.replace(booking=given, out=first_of(given), applicant=newcomer(), by=clerk, now=now, truth="")
    assert groups.undo(booking=given, by=clerk, now=now) == 3
    assert not Enrolment.objects.filter(status__in=Enrolment.LIVE).exists()
    assert enrolment.occupancy_differences() == []


def known(row: Enrolment) -> Applicant:
    return newcomer(document_number=row.learner.documents.get().number, name=row.learner.name)


def test_a_refusal_changes_nothing(given, a_class, clerk, now) -> None:
    member = given.enrolments.order_by("arrival_no")[1]
    stranger = enrolled(training_class=a_class, now=now)
    busy = enrolled(training_class=training_class(now=now), now=now)
    before = (Learner.objects.count(), Enrolment.objects.count(), OutboxMessage.objects.count())
    for out, applicant, error, code in (
        (first_of(given), known(member), GroupRefused, "in_class"),
        (first_of(given), newcomer(document_number="370699199001010"), IdentityRefused, "document_invalid"),
        (first_of(given), newcomer(consent=False), IdentityRefused, "consent_missing"),
        (first_of(given), known(busy), EnrolmentRefused, "overlap"),
        (stranger, newcomer(), GroupRefused, "not_a_member"),
    ):
        with pytest.raises(error, match=code):
            groups.replace(booking=given, out=out, applicant=applicant, by=clerk, now=now, truth="")
    assert (Learner.objects.count(), Enrolment.objects.count(), OutboxMessage.objects.count()) == before
    assert given.enrolments.filter(status="admitted").count() == 3


def test_of_two_presses_the_second_finds_the_seat_given_on(given, clerk, now) -> None:
    out = first_of(given)
    groups.replace(booking=given, out=out, applicant=newcomer(), by=clerk, now=now, truth="")
    # The second press had read the page before the first was through.
    with pytest.raises(GroupRefused, match="not_a_member"):
        groups.replace(booking=given, out=out, applicant=newcomer(name="林海"), by=clerk, now=now, truth="")
    assert given.enrolments.filter(status="admitted").count() == 3
    assert enrolment.occupancy_differences() == []


def test_once_the_class_has_started_nobody_is_replaced(given, a_class, clerk, now) -> None:
    TrainingClass.objects.filter(pk=a_class.pk).update(starts_on=now.date())
    given.training_class.refresh_from_db()
    assert not groups.may_undo(booking=given, now=now)
    with pytest.raises(GroupRefused, match="started"):
        groups.replace(booking=given, out=first_of(given), applicant=newcomer(), by=clerk, now=now, truth="")


def test_the_newcomer_vouches_as_everybody_did_and_the_version_is_kept_with_their_own_enrolment(
    given, clerk, now
) -> None:
    catalogue.consent_notice("truth-of-status")
    out = first_of(given)
    for said in ("", "0.9"):
        with pytest.raises(GroupRefused, match="truth_missing"):
            groups.replace(booking=given, out=out, applicant=newcomer(), by=clerk, now=now, truth=said)
    assert given.enrolments.filter(status="admitted").count() == 3
    done = groups.replace(booking=given, out=out, applicant=newcomer(), by=clerk, now=now, truth="1.0")
    out.refresh_from_db()
    assert (done.made.truth, out.truth) == ("1.0", "")
