"""What becomes of a booking that has no seats yet when its class stops, goes on, is cancelled or begins."""

from datetime import datetime, timedelta

import pytest

from courses import enrolment, groups, rosters, seating
from courses.groups import GroupRefusal, GroupRefused
from courses.models import AuditEvent, GroupBooking, OutboxMessage, RosterImport, TrainingClass, User
from courses.notices.texts import text_of
from tests.factories import groups as bookings
from tests.factories import people, sheets
from tests.factories.classes import first_lesson

pytestmark = pytest.mark.django_db
Status = GroupBooking.Status
of_class = TrainingClass.Status


@pytest.fixture
def asked(a_class: TrainingClass, clerk: User, now: datetime) -> GroupBooking:
    return bookings.booking(training_class=a_class, now=now, by=clerk)


def move(a_class: TrainingClass, to: TrainingClass.Status, now: datetime) -> None:
    a_class.refresh_from_db()
    seating.advance(by=people.user(), training_class=a_class, to=to, now=now, reason="场地停用")


def said(kind: str, language: str = "zh-hans") -> str:
    """The one message of a kind, which went to the contact."""
    row = OutboxMessage.objects.get(kind=kind)
    assert row.to == bookings.CONTACT_PHONE
    return text_of(kind=kind, params=row.params, language=language)


def refusal_of(function, **arguments) -> str:
    with pytest.raises(GroupRefused) as refused:
        function(**arguments)
    return str(refused.value.code)


def test_while_the_class_is_suspended_the_booking_is_kept_and_takes_no_list(asked, a_class, clerk, now) -> None:
    move(a_class, of_class.SUSPENDED, now)
    asked.refresh_from_db()
    assert asked.status == Status.REQUESTED
    assert groups.outlook(booking=asked).refusal.code == GroupRefusal.SUSPENDED
    listing = {"booking": asked, "content": sheets.xlsx([sheets.person(1)]), "file_name": "名单.xlsx", "consent": True}
    codes = [
        refusal_of(groups.take_list, **listing, by=clerk, now=now),
        refusal_of(groups.confirm, booking=asked, by=clerk, now=now),
        refusal_of(groups.amend, booking=asked, employer=bookings.employer(), seats=2, by=clerk, now=now),
    ]
    assert codes == [GroupRefusal.SUSPENDED, GroupRefusal.SUSPENDED, GroupRefusal.SEATS_SUSPENDED]
    assert RosterImport.objects.count() == 0
    groups.drop(booking=asked, by=clerk, now=now)
    assert asked.status == Status.DROPPED


def test_the_contact_hears_that_the_list_can_wait_and_then_that_it_is_wanted(asked, a_class, clerk, now) -> None:
    move(a_class, of_class.SUSPENDED, now)
    stopped = said("group_asked_suspended")
    assert "贵单位的团报登记（3 人）继续有效，但还没有占名额；名单暂不用交，班次恢复后另行通知。" in stopped
    assert "人为贵单位保留" not in stopped
    assert "request for 3 people is kept, but no seats are held yet" in said("group_asked_suspended", "en")
    move(a_class, of_class.ENROLLING, now)
    assert "请把名单交给培训机构接着办理" in said("group_asked_resumed")
    bookings.listed(booking=asked, now=now)
    groups.confirm(booking=asked, by=clerk, now=now)
    assert asked.status == Status.GIVEN


def test_who_hears_of_it_when_the_class_goes_on_is_corrected_while_it_is_suspended(asked, a_class, clerk, now) -> None:
    move(a_class, of_class.SUSPENDED, now)
    new = bookings.employer(name="蓬莱阁酒店", contact="王经理", phone="13800000009")
    groups.amend(booking=asked, employer=new, seats=3, by=clerk, now=now)
    assert (asked.employer, asked.contact, asked.seats) == ("蓬莱阁酒店", "王经理", 3)
    move(a_class, of_class.ENROLLING, now)
    assert OutboxMessage.objects.get(kind="group_asked_resumed").to == "13800000009"


def test_a_booking_is_corrected_only_while_its_class_is_held(asked, clerk, now, monkeypatch) -> None:
    held: list[int] = []
    monkeypatch.setattr(enrolment, "hold_class", held.append)
    groups.amend(booking=asked, employer=bookings.employer(), seats=2, by=clerk, now=now)
    assert held == [asked.training_class_id]


def test_what_was_ended_since_it_was_read_is_not_corrected(asked, a_class, clerk, now) -> None:
    stale = GroupBooking.objects.get(pk=asked.pk)
    move(a_class, of_class.CANCELLED, now)
    assert refusal_of(groups.amend, booking=stale, employer=bookings.employer(), seats=3, by=clerk, now=now) == (
        GroupRefusal.WRONG_STATUS
    )


def ended_on_resuming(booking: GroupBooking) -> bool:
    """Its contact was not asked for a list, and hears once that none is taken."""
    booking.refresh_from_db()
    told = OutboxMessage.objects.filter(kind__in=("group_asked_resumed", "group_asked_over"))
    return booking.status == Status.LAPSED and [row.kind for row in told] == ["group_asked_over"]


def test_a_class_resumed_after_its_first_day_asks_for_no_list_and_ends_the_booking_when_that_day_stays(
    asked, a_class, now
) -> None:
    """A lesson that was not held may be cancelled yet, and the class begin later."""
    move(a_class, of_class.SUSPENDED, now)
    late = now + timedelta(days=2)
    move(a_class, of_class.ENROLLING, late)
    asked.refresh_from_db()
    assert (asked.status, OutboxMessage.objects.filter(kind="group_asked_resumed").count()) == (Status.REQUESTED, 0)
    seating.end_begun(now=late)
    assert ended_on_resuming(asked)
    assert asked.ended_at == late
    assert AuditEvent.objects.filter(verb="group_lapsed", target=asked.number).count() == 1


def test_one_resumed_after_its_enrolment_ended_ends_it_and_keeps_who_holds_seats(asked, a_class, clerk, now) -> None:
    given = bookings.booking(training_class=a_class, now=now, by=clerk)
    bookings.listed(booking=given, now=now)
    groups.confirm(booking=given, by=clerk, now=now)
    TrainingClass.objects.filter(pk=a_class.pk).update(enrol_until=now + timedelta(hours=1))
    move(a_class, of_class.SUSPENDED, now)
    move(a_class, of_class.ENROLLING, now + timedelta(hours=2))
    assert ended_on_resuming(asked)
    given.refresh_from_db()
    assert given.status == Status.GIVEN
    assert OutboxMessage.objects.filter(kind="group_resumed").count() == 1


def test_a_list_that_was_checked_before_the_class_stopped_is_confirmed_after_it(asked, a_class, clerk, now) -> None:
    bookings.listed(booking=asked, now=now)
    move(a_class, of_class.SUSPENDED, now)
    assert refusal_of(groups.confirm, booking=asked, by=clerk, now=now) == GroupRefusal.SUSPENDED
    move(a_class, of_class.ENROLLING, now)
    groups.confirm(booking=asked, by=clerk, now=now)
    assert (asked.status, asked.enrolments.count()) == (Status.GIVEN, 3)


def test_a_cancelled_class_releases_the_booking_tells_its_contact_and_forgets_the_list(
    asked, a_class, clerk, now
) -> None:
    bookings.listed(booking=asked, now=now)
    move(a_class, of_class.CANCELLED, now)
    asked.refresh_from_db()
    assert (asked.status, asked.ended_at, asked.given_at) == (Status.LAPSED, now, None)
    assert asked.get_status_display() == "已随班次结束"
    deed = AuditEvent.objects.get(verb="group_lapsed", target=asked.number)
    assert (deed.detail, deed.at) == ({"class": a_class.number}, now)
    assert "这次团报随之结束，没有占过名额，名单不用再交" in said("group_asked_cancelled")
    assert "is cancelled" in said("group_asked_cancelled", "en")
    assert not OutboxMessage.objects.filter(kind="group_cancelled").exists()
    assert refusal_of(groups.confirm, booking=asked, by=clerk, now=now) == GroupRefusal.WRONG_STATUS
    rosters.tend(now=now)
    roster = RosterImport.objects.get()
    assert (roster.status, roster.rows.count(), roster.file) == (RosterImport.Status.DISCARDED, 0, "")


def test_one_that_was_given_up_hears_nothing_more(asked, a_class, clerk, now) -> None:
    groups.drop(booking=asked, by=clerk, now=now)
    for to in (of_class.SUSPENDED, of_class.ENROLLING, of_class.CANCELLED):
        move(a_class, to, now)
    assert not OutboxMessage.objects.filter(kind__startswith="group_").exists()
    asked.refresh_from_db()
    assert asked.status == Status.DROPPED


def test_a_class_that_begins_ends_the_booking_whose_list_was_never_confirmed(asked, a_class, now) -> None:
    day = first_lesson(a_class).starts_at
    move(a_class, of_class.RUNNING, day)
    asked.refresh_from_db()
    assert (asked.status, asked.ended_at) == (Status.LAPSED, day)
    assert "不再接收团报名单，班次" in said("group_asked_over")
    assert "这次团报随之结束，没有占过名额" in said("group_asked_over")
    assert AuditEvent.objects.get(verb="group_lapsed").detail == {"class": a_class.number}


def test_so_does_the_end_of_the_first_day_once(asked, now) -> None:
    seating.end_begun(now=now + timedelta(hours=1))
    asked.refresh_from_db()
    assert asked.status == Status.REQUESTED
    for days in (2, 3):
        seating.end_begun(now=now + timedelta(days=days))
    asked.refresh_from_db()
    assert (asked.status, asked.ended_by) == (Status.LAPSED, None)
    assert "已开班" not in said("group_asked_over")
    assert "已过开课日期或已停止报名，不再接收团报名单" in said("group_asked_over")
    assert "has begun" not in said("group_asked_over", "en")
    assert "past its first day or closed for enrolment" in said("group_asked_over", "en")


def test_a_class_that_is_no_longer_enrolling_takes_no_new_booking(a_class, now) -> None:
    move(a_class, of_class.SUSPENDED, now)
    with pytest.raises(GroupRefused) as refused:
        bookings.booking(training_class=a_class, now=now)
    assert refused.value.code == GroupRefusal.NOT_OPEN
    assert GroupBooking.objects.count() == 0
