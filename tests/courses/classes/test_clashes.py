"""Rooms, trainers and learners in two places at once, and the way between two venues."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import classes, places
from courses.classes.clashes import clashes_of
from courses.models import Room, TrainingBase, TrainingClass, Venue
from courses.policy import Policy, local_date
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


def told(made: TrainingClass) -> set[tuple[str, str, bool]]:
    """Kind, number of the other class, and whether it is the way that is too short."""
    found = clashes_of(pks=[made.pk], policy=Policy())[made.pk]
    return {(clash.kind, clash.other.class_number, clash.on_the_way) for clash in found}


def elsewhere(made: TrainingClass, *, district: str = "zhifu") -> None:
    """Another venue, in this district or in another."""
    place = catalogue.district(district, district, "370613" if district != "zhifu" else "370602")
    made.venue = Venue.objects.create(
        number=f"C{made.pk}", name="别处", district=place, address="迎春大街 1 号", capacity=50
    )
    made.save()


def test_two_classes_in_one_room_at_one_time_clash(now: datetime) -> None:
    one, other = training_class(now=now), training_class(now=now)
    assert told(one) == {("room", other.number, False)}
    assert told(other) == {("room", one.number, False)}


def test_the_same_room_name_in_another_building_is_another_room(now: datetime) -> None:
    one, other = training_class(now=now), training_class(now=now)
    elsewhere(other)
    assert told(one) == set()


@pytest.mark.parametrize("room", ["203教室", "２０３ 教室", " 203  教室"])
def test_two_ways_to_write_a_room_are_one_room(room: str, now: datetime) -> None:
    one, other = training_class(now=now), training_class(now=now)
    other.lessons.update(room=room)
    assert told(one) == {("room", other.number, False)}
    base = TrainingBase.objects.create(number="S1", name="实训基地", district=one.district, operator=one.institution)
    Venue.objects.filter(pk=one.venue_id).update(base=base)
    day = local_date(now + timedelta(days=1))
    rows = places.calendar(base=base, start=day, days=1, visible=TrainingClass.objects.all())
    assert [[booking.overlaps for booking in row.days[0].bookings] for row in rows] == [[True, True]]


def test_one_after_the_other_is_no_clash(now: datetime) -> None:
    first = now + timedelta(days=1)
    trainer = people.user()
    one = training_class(now=now, first=first, trainers=[trainer])
    training_class(now=now, first=first + timedelta(minutes=180), trainers=[trainer])
    assert told(one) == set()


def test_a_suspended_class_keeps_its_room_on_both_lists(now: datetime) -> None:
    one, paused = training_class(now=now), training_class(now=now)
    officer = people.user()
    classes.advance(by=officer, training_class=paused, to=TrainingClass.Status.SUSPENDED, now=now, reason="停电")
    base = TrainingBase.objects.create(number="S1", name="实训基地", district=one.district, operator=one.institution)
    Venue.objects.filter(pk=one.venue_id).update(base=base)
    day = local_date(now + timedelta(days=1))
    rows = places.calendar(base=base, start=day, days=1, visible=TrainingClass.objects.all())
    booked = {booking.training_class for row in rows for booking in row.days[0].bookings}
    assert (told(one), booked) == ({("room", paused.number, False)}, {one, paused})


def test_drafts_and_cancelled_classes_claim_nothing(now: datetime) -> None:
    trainer = people.user()
    one = training_class(now=now, trainers=[trainer])
    training_class(now=now, trainers=[trainer], approved=False)
    gone = training_class(now=now, trainers=[trainer])
    classes.advance(by=people.user(), training_class=gone, to=TrainingClass.Status.CANCELLED, now=now, reason="停")
    assert told(one) == set()


def test_a_cancelled_lesson_clashes_with_nothing(now: datetime) -> None:
    one, other = training_class(now=now), training_class(now=now)
    other.lessons.update(status="cancelled")
    assert told(one) == set()


@pytest.mark.parametrize(
    ("district", "gap", "clashes"),
    [("zhifu", 29, True), ("zhifu", 30, False), ("laishan", 59, True), ("laishan", 60, False)],
)
def test_a_trainer_needs_time_for_the_way_and_more_of_it_to_another_district(
    district: str, gap: int, clashes: bool, now: datetime
) -> None:
    first, trainer = now + timedelta(days=1), people.user()
    one = training_class(now=now, first=first, lessons=1, trainers=[trainer])
    later = first + timedelta(minutes=180 + gap)
    other = training_class(now=now, first=later, lessons=1, trainers=[trainer])
    elsewhere(other, district=district)
    assert told(one) == ({("trainer", other.number, True)} if clashes else set())


def test_learners_who_hold_both_seats_are_counted_and_not_named(now: datetime) -> None:
    one = training_class(now=now)
    other = training_class(now=now, first=now + timedelta(days=9))
    for _ in range(2):
        learner = people.learner(now=now)
        for each in (one, other):
            enrolled(training_class=each, learner=learner, now=now)
    enrolled(training_class=one, now=now)
    assert told(one) == set()
    lesson = other.lessons.order_by("number")[0]
    mine = one.lessons.order_by("number")[0]
    lesson.starts_at, lesson.ends_at, lesson.room = mine.starts_at, mine.ends_at, "305 教室"
    lesson.save()
    found = clashes_of(pks=[one.pk], policy=Policy())[one.pk]
    assert [(clash.kind, clash.other.class_number, clash.learners) for clash in found] == [("learner", other.number, 2)]


def test_two_lessons_of_one_class_at_one_time_are_found(now: datetime) -> None:
    one = training_class(now=now, lessons=3)
    lessons = list(one.lessons.order_by("number"))
    lessons[2].starts_at = lessons[1].starts_at + timedelta(minutes=60)
    lessons[2].ends_at = lessons[1].ends_at + timedelta(minutes=60)
    lessons[2].save()
    found = clashes_of(pks=[one.pk], policy=Policy())[one.pk]
    assert [(clash.kind, clash.mine.number, clash.other.number) for clash in found] == [("overlap", 3, 2)]


@pytest.mark.parametrize("number", [1, 5])
def test_the_statements_do_not_depend_on_the_number_of_classes(number: int, now: datetime) -> None:
    pks = [training_class(now=now).pk for _ in range(number)]
    with CaptureQueriesContext(connection) as spent:
        clashes_of(pks=pks, policy=Policy())
    assert len(spent) == 4


def test_a_sentence_to_the_institution_names_no_class_of_another(now: datetime) -> None:
    one, other = training_class(now=now), training_class(now=now)
    said = {finding.code: finding.sentence for finding in classes.checks(training_class=one, now=now)}
    assert said["room_clash"] == "第 1 次课的教室同一时间已有其他班。 第 2 次课的教室同一时间已有其他班。"
    assert all(other.number not in sentence for sentence in said.values())


def test_a_room_that_its_venue_does_not_list_is_named_since_nobody_can_tell_what_is_booked_there(now: datetime) -> None:
    made = training_class(now=now)
    assert made.venue is not None
    Room.objects.create(venue=made.venue, name="203 教室", capacity=40)
    assert said_of_rooms(made, now) == ""
    made.lessons.filter(number=2).update(room="203 教师")
    assert said_of_rooms(made, now) == (
        "第 2 次课的「203 教师」不在市技师学院 3 号楼的教室名单里，查不出是否已有其他班。请改成名单里的教室。"
    )


def said_of_rooms(made: TrainingClass, now: datetime) -> str:
    return next((one.sentence for one in classes.checks(training_class=made, now=now) if one.code == "room_clash"), "")
