"""All of a group's seats or none of them, once; the messages of it, and the way back."""

from datetime import timedelta

import pytest

from courses import enrolment, groups, notices, rosters, seating
from courses.groups import GroupRefusal, GroupRefused
from courses.models import (
    AuditEvent,
    Enrolment,
    Export,
    GroupBooking,
    IdentityDocument,
    Learner,
    OutboxMessage,
    RosterImport,
    TrainingClass,
)
from courses.notices.texts import text_of
from courses.rosters import RosterRefusal, RosterRefused
from tests.factories import groups as bookings
from tests.factories import people, sheets
from tests.factories.classes import enrolled, first_lesson, training_class

pytestmark = pytest.mark.django_db
Status = GroupBooking.Status
DELIVERED = timedelta(hours=1)


@pytest.fixture
def booked(a_class, clerk, now) -> GroupBooking:
    """Three people asked for, their list checked."""
    made = bookings.booking(training_class=a_class, now=now, by=clerk)
    bookings.listed(booking=made, now=now)
    return made


def refusal_of(booking: GroupBooking, clerk, now):
    with pytest.raises((GroupRefused, RosterRefused)) as refused:
        groups.confirm(booking=booking, by=clerk, now=now)
    return refused.value


def nothing_happened(booking: GroupBooking, taken: int = 0) -> None:
    booking.refresh_from_db()
    booking.training_class.refresh_from_db()
    assert (booking.status, booking.training_class.taken) == (Status.REQUESTED, taken)
    assert booking.enrolments.count() == 0
    assert not OutboxMessage.objects.filter(kind="group_given").exists()
    assert not AuditEvent.objects.filter(verb__in=("group_given", "roster_committed")).exists()
    assert enrolment.occupancy_differences() == []


def told(kind: str) -> list[str]:
    return sorted(row.to for row in OutboxMessage.objects.filter(kind=kind))


def test_a_whole_group_gets_its_seats_in_the_order_of_its_list(booked, a_class, clerk, now) -> None:
    seen = groups.outlook(booking=booked)
    assert (seen.may_confirm, seen.free, seen.left_after) == (True, 10, 7)
    groups.confirm(booking=booked, by=clerk, now=now)
    rows = list(Enrolment.objects.order_by("arrival_no"))
    assert [(row.status, row.source, row.booking, row.arrival_no) for row in rows] == [
        ("admitted", "group", booked, 1),
        ("admitted", "group", booked, 2),
        ("admitted", "group", booked, 3),
    ]
    a_class.refresh_from_db()
    assert (a_class.taken, a_class.waiting, booked.status, booked.given_by) == (3, 0, Status.GIVEN, clerk)
    assert enrolment.occupancy_differences() == []
    detail = AuditEvent.objects.get(verb="group_given").detail
    assert detail == {"class": a_class.number, "seats": 3, "roster": RosterImport.objects.get().number}


def test_a_second_press_changes_nothing(booked, clerk, now) -> None:
    for _ in range(2):
        assert groups.confirm(booking=booked, by=clerk, now=now).status == Status.GIVEN
    assert (Enrolment.objects.count(), len(told("group_given")), len(told("enrolment_admitted"))) == (3, 1, 3)


def test_a_reviewed_class_keeps_the_seats_until_its_institution_decides(clerk, now) -> None:
    sheets.lists()
    a_class = training_class(now=now, seats=5, mode=TrainingClass.Mode.REVIEWED)
    booked = bookings.booking(training_class=a_class, now=now)
    bookings.listed(booking=booked, now=now)
    groups.confirm(booking=booked, by=clerk, now=now)
    a_class.refresh_from_db()
    assert (a_class.taken, set(booked.enrolments.values_list("status", flat=True))) == (3, {"applied"})


def test_one_seat_too_few_gives_nobody_a_seat_and_says_how_many_are_free(booked, a_class, clerk, now) -> None:
    for _ in range(8):
        enrolled(training_class=a_class, now=now)
    people_before = Learner.objects.count()
    assert groups.outlook(booking=booked).is_full
    refused = refusal_of(booked, clerk, now)
    assert (refused.code, refused.values) == (GroupRefusal.NO_SEATS, {"wanted": 3, "free": 2})
    nothing_happened(booked, taken=8)
    assert Learner.objects.count() == people_before


def test_without_a_list_nothing_is_confirmed(a_class, clerk, now) -> None:
    made = bookings.booking(training_class=a_class, now=now)
    assert refusal_of(made, clerk, now).code == GroupRefusal.NO_LIST
    nothing_happened(made)


@pytest.mark.parametrize("lines", [2, 4])
def test_a_list_of_fewer_or_more_people_than_asked_for_is_refused(lines, a_class, clerk, now) -> None:
    made = bookings.booking(training_class=a_class, now=now)
    bookings.listed(booking=made, now=now, rows=[sheets.person(place) for place in range(lines)])
    refused = refusal_of(made, clerk, now)
    assert (refused.code, refused.values) == (GroupRefusal.NOT_AS_ASKED, {"seats": 3, "enrols": lines})
    nothing_happened(made)
    groups.amend(booking=made, employer=bookings.employer(), seats=lines, by=clerk, now=now)
    groups.confirm(booking=made, by=clerk, now=now)
    assert made.enrolments.count() == lines


def test_who_may_not_be_admitted_is_named_by_row_and_keeps_all_out(a_class, clerk, now) -> None:
    child = now.date().replace(year=now.year - 12)
    rows = [sheets.person(1), sheets.person(2, born_on=child), sheets.person(3)]
    made = bookings.booking(training_class=a_class, now=now)
    roster = bookings.listed(booking=made, now=now, rows=rows)
    assert [slip.row_no for slip in rosters.slips(roster=roster)] == [3]
    refused = refusal_of(made, clerk, now)
    assert (refused.code, refused.values) == (RosterRefusal.HAS_PROBLEMS, {"count": 1})
    nothing_happened(made)


def test_who_joined_the_class_since_the_check_keeps_all_out_and_is_shown(a_class, clerk, now) -> None:
    known = people.learner(now=now, name="王强")
    number = IdentityDocument.objects.get(learner=known).number
    rows = [sheets.person(0, name="王强", number=number, born_on=known.born_on), sheets.person(1), sheets.person(2)]
    made = bookings.booking(training_class=a_class, now=now)
    bookings.listed(booking=made, now=now, rows=rows)
    enrolled(training_class=a_class, now=now, learner=known)
    refused = refusal_of(made, clerk, now)
    assert (refused.code, refused.values) == (GroupRefusal.NOT_AS_ASKED, {"seats": 3, "enrols": 2})
    nothing_happened(made, taken=1)
    seen = groups.outlook(booking=made)
    assert seen.seen is not None
    assert (seen.seen.counts["already"], seen.may_confirm) == (1, False)


def test_the_list_of_a_group_is_confirmed_and_undone_with_its_booking_alone(booked, clerk, now) -> None:
    roster = groups.current_list(booking=booked)
    for act in (rosters.commit, rosters.undo):
        with pytest.raises(RosterRefused) as refused:
            act(roster=roster, by=clerk, now=now)
        assert refused.value.code == RosterRefusal.OF_A_GROUP
    nothing_happened(booked)


def test_each_member_and_the_contact_are_told_once_after_ten_quiet_minutes(booked, a_class, clerk, now) -> None:
    groups.confirm(booking=booked, by=clerk, now=now)
    assert told("group_given") == [bookings.CONTACT_PHONE]
    assert told("enrolment_admitted") == ["19900000001", "19900000002", "19900000003"]
    message = OutboxMessage.objects.get(kind="group_given")
    assert message.due_at == now + timedelta(minutes=10)
    said = text_of(kind=message.kind, params=message.params, language="zh-hans")
    assert said == (
        f"贵单位团报「中式烹调师（四级）」的 3 个名额已留好，班次 {a_class.number}，首次课 9 月 15 日 9:00。"
        f"团报编号 {booked.number}，请通知名单上的人按时到课。"
    )
    english = text_of(kind=message.kind, params=message.params, language="en")
    assert ("15 Sep 9:00" in english, booked.number in english) == (True, True)


def test_a_member_without_a_phone_is_told_on_the_site_alone(a_class, clerk, now) -> None:
    made = bookings.booking(training_class=a_class, now=now, seats=1)
    bookings.listed(booking=made, now=now, rows=[[*sheets.person(1)[:8], ""]])
    groups.confirm(booking=made, by=clerk, now=now)
    message = OutboxMessage.objects.get(kind="enrolment_admitted")
    assert (message.channel, message.to) == ("site", "")


def test_taken_back_at_once_frees_the_seats_and_nobody_hears_of_it(booked, a_class, clerk, now) -> None:
    groups.confirm(booking=booked, by=clerk, now=now)
    assert groups.may_undo(booking=booked, now=now)
    assert groups.undo(booking=booked, by=clerk, now=now + timedelta(minutes=5)) == 3
    a_class.refresh_from_db()
    assert (a_class.taken, booked.status, booked.ended_by) == (0, Status.UNDONE, clerk)
    rows = booked.enrolments.all()
    assert {(row.status, row.reason) for row in rows} == {("withdrawn", "单位团报已撤销")}
    assert OutboxMessage.objects.count() == 0
    assert AuditEvent.objects.get(verb="group_undone").detail == {
        "class": a_class.number, "withdrawn": 3, "seats": 3
    }  # fmt: skip
    assert enrolment.occupancy_differences() == []


def test_taken_back_later_tells_those_who_had_heard(booked, clerk, now) -> None:
    groups.confirm(booking=booked, by=clerk, now=now)
    later = now + DELIVERED
    while notices.deliver_due(now=later):
        pass
    groups.undo(booking=booked, by=clerk, now=later)
    assert told("group_undone") == [bookings.CONTACT_PHONE]
    assert len(told("enrolment_withdrawn")) == 3
    assert booked.number in text_of(
        kind="group_undone", params=OutboxMessage.objects.get(kind="group_undone").params, language="en"
    )


def test_who_left_before_stays_as_they_left(booked, clerk, now) -> None:
    groups.confirm(booking=booked, by=clerk, now=now)
    gone = booked.enrolments.order_by("arrival_no").first()
    enrolment.withdraw(by=clerk, enrolment=gone, reason="调岗", now=now)
    assert groups.undo(booking=booked, by=clerk, now=now + timedelta(minutes=1)) == 2
    gone.refresh_from_db()
    assert gone.reason == "调岗"


def test_after_the_first_day_a_booking_is_not_taken_back(booked, clerk, now) -> None:
    groups.confirm(booking=booked, by=clerk, now=now)
    later = now + timedelta(days=1)
    assert not groups.may_undo(booking=booked, now=later)
    with pytest.raises(RosterRefused) as refused:
        groups.undo(booking=booked, by=clerk, now=later)
    assert refused.value.code == RosterRefusal.STARTED
    booked.refresh_from_db()
    assert (booked.status, booked.enrolments.filter(status="admitted").count()) == (Status.GIVEN, 3)


def test_an_undone_booking_is_made_anew_under_another_number(booked, a_class, clerk, now) -> None:
    groups.confirm(booking=booked, by=clerk, now=now)
    groups.undo(booking=booked, by=clerk, now=now)
    with pytest.raises(GroupRefused) as refused:
        groups.undo(booking=booked, by=clerk, now=now)
    assert refused.value.values == {"status": "已撤销"}
    again = bookings.booking(training_class=a_class, now=now, credit_code=booked.credit_code)
    bookings.listed(booking=again, now=now)
    groups.confirm(booking=again, by=clerk, now=now)
    assert (again.enrolments.count(), Enrolment.objects.count()) == (3, 6)


def test_the_contact_hears_that_the_class_is_suspended_and_that_it_goes_on(booked, a_class, clerk, now) -> None:
    groups.confirm(booking=booked, by=clerk, now=now)
    a_class.refresh_from_db()
    for to in (TrainingClass.Status.SUSPENDED, TrainingClass.Status.ENROLLING):
        seating.advance(by=people.user(), training_class=a_class, to=to, now=now, reason="场地停用")
    assert (told("group_suspended"), told("group_resumed")) == ([bookings.CONTACT_PHONE],) * 2
    row = OutboxMessage.objects.get(kind="group_suspended")
    said = text_of(kind=row.kind, params=row.params, language="zh-hans")
    assert said.startswith(
        f"贵单位团报的「{a_class.course.name}」暂停，班次 {a_class.number}。原因：场地停用。3 个名额"
    )
    assert "is suspended" in text_of(kind=row.kind, params=row.params, language="en")


def test_who_heard_that_the_class_stopped_hears_of_the_end_though_nobody_has_heard_of_the_seats(
    booked, a_class, clerk, now
) -> None:
    """The seats are told after ten minutes; within them the class is suspended, and then the booking taken back."""
    groups.confirm(booking=booked, by=clerk, now=now)
    members = sorted(booked.enrolments.values_list("learner", flat=True))
    a_class.refresh_from_db()
    of = TrainingClass.Status.SUSPENDED
    seating.advance(by=people.user(), training_class=a_class, to=of, now=now + timedelta(minutes=1), reason="停电")
    groups.undo(booking=booked, by=clerk, now=now + timedelta(minutes=2))
    assert (told("enrolment_admitted"), told("group_given")) == ([], [])
    heard = OutboxMessage.objects.filter(kind="enrolment_withdrawn").order_by("learner")
    assert list(heard.values_list("learner", flat=True)) == members
    assert told("group_undone") == [bookings.CONTACT_PHONE]


def test_the_contact_hears_of_a_cancelled_class_and_not_of_the_seats_after_it(booked, a_class, clerk, now) -> None:
    groups.confirm(booking=booked, by=clerk, now=now)
    a_class.refresh_from_db()
    seating.advance(
        by=people.user(), training_class=a_class, to=TrainingClass.Status.CANCELLED, now=now, reason="场地停用"
    )
    assert told("group_cancelled") == [bookings.CONTACT_PHONE]
    assert (told("group_given"), told("enrolment_admitted"), len(told("class_cancelled"))) == ([], [], 3)
    booked.refresh_from_db()
    assert (booked.status, booked.ended_at) == (Status.LAPSED, now)
    params = OutboxMessage.objects.get(kind="group_cancelled").params
    assert "原因：场地停用。" in text_of(kind="group_cancelled", params=params, language="zh-hans")


def test_the_list_for_the_employer_has_masked_numbers_and_is_written_down(booked, clerk, now) -> None:
    groups.confirm(booking=booked, by=clerk, now=now)
    rows = groups.list_for_employer(booking=booked, by=clerk, now=now)
    assert [row.name for row in rows] == [sheets.person(place)[1] for place in (1, 2, 3)]
    assert all("*" in row.document and "*" in row.phone for row in rows)
    kept = Export.objects.get()
    said = {"class": booked.training_class.number, "group": booked.number}
    assert (kept.form, kept.kind, kept.filters, kept.rows) == ("group_list", "print", said, 3)
    event = AuditEvent.objects.get(verb="exported")
    assert (event.target, event.detail) == (kept.number, {"what": "group_list", "rows": 3})


def test_a_booking_whose_people_were_not_all_reviewed_shrinks_and_its_contact_hears_of_it_once(clerk, now) -> None:
    sheets.lists()
    reviewed = training_class(now=now, seats=10, mode=TrainingClass.Mode.REVIEWED)
    made = bookings.booking(training_class=reviewed, now=now, by=clerk)
    bookings.listed(booking=made, now=now)
    groups.confirm(booking=made, by=clerk, now=now)
    admitted = made.enrolments.first()
    enrolment.admit(by=people.user(), enrolment=admitted, now=now)
    assert seating.end_begun(now=now + timedelta(days=2)) == 2
    assert (told("group_not_reached"), told("group_given")) == ([bookings.CONTACT_PHONE], [])
    params = OutboxMessage.objects.get(kind="group_not_reached").params
    said = text_of(kind="group_not_reached", params=params, language="zh-hans")
    assert "有 2 人开班前没有录取，报名随之结束，现保留 1 个名额" in said
    made.refresh_from_db()
    assert (made.status, made.seats) == (Status.GIVEN, 1)
    assert AuditEvent.objects.get(verb="group_not_reached").detail == {"seats": 1, "seats_before": 3, "gone": 2}


def test_a_booking_of_which_nobody_is_left_is_over_and_says_so_on_its_message(clerk, now) -> None:
    sheets.lists()
    reviewed = training_class(now=now, seats=10, mode=TrainingClass.Mode.REVIEWED)
    made = bookings.booking(training_class=reviewed, now=now, by=clerk)
    bookings.listed(booking=made, now=now)
    groups.confirm(booking=made, by=clerk, now=now)
    reviewed.refresh_from_db()
    day = first_lesson(reviewed).starts_at
    starter = people.user()
    seating.advance(by=starter, training_class=reviewed, to=TrainingClass.Status.RUNNING, now=day)
    made.refresh_from_db()
    params = OutboxMessage.objects.get(kind="group_not_reached").params
    assert (params["seats"], params["gone"], made.seats) == (0, 3, 3)
    assert (made.status, made.ended_at, made.ended_by) == (Status.LAPSED, day, starter)
    assert not groups.may_undo(booking=made, now=day)
