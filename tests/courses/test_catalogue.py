"""Search, filters, open classes and seats in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from courses import catalogue
from courses.catalogue import openings
from courses.models import Course, TrainingClass
from courses.policy import CITY_TIME, local_date
from tests.factories import catalogue as lists
from tests.factories import classes

pytestmark = pytest.mark.django_db


def published(number: str, name: str, *, now: datetime, extra: str = "", **fields: object) -> Course:
    course = lists.course(number=number, name=name, **fields)
    catalogue.mark_published(course=course, now=now, extra=extra)
    return course


@pytest.fixture
def city(now: datetime) -> dict[str, Course]:
    """Three published courses: a cook in 芝罘, a welder in 黄渤海 with one seat, SYB without a class."""
    zhifu = lists.district()
    huangbohai = lists.district(key="huangbohai", name="黄渤海新区", code="370672")
    cook = published("lucai-4", "中式烹调师（四级）", now=now)
    welder = published(
        "hangong-4",
        "焊工（四级）",
        now=now,
        brand=lists.brand(key="haigong", name="海工装备"),
        occupation=lists.occupation(key="welder", name="焊工"),
    )
    syb = published(
        "syb",
        "创办你的企业",
        now=now,
        extra="结业后可以去船厂看焊工的活",
        kind=lists.kind(key="syb", line="entrepreneurship", module="syb", letter="S"),
        brand=lists.brand(key="chuangye", name="创业齐鲁"),
    )
    classes.training_class(now=now, course=cook, district=zhifu, first=now + timedelta(days=2))
    classes.training_class(now=now, course=cook, district=zhifu, first=now + timedelta(days=40))
    full = classes.training_class(now=now, course=welder, district=huangbohai, first=now + timedelta(days=20), seats=1)
    TrainingClass.objects.filter(pk=full.pk).update(taken=1)
    return {"cook": cook, "welder": welder, "syb": syb}


def found_courses(now: datetime, **filters: Any) -> list[catalogue.Listed]:
    return catalogue.search(now=now, **filters).courses


def found(now: datetime, **filters: Any) -> list[str]:
    return [course.number for course in found_courses(now, **filters)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("海工", ["hangong-4"]),
        ("鲁菜", ["lucai-4"]),
        ("焊工", ["hangong-4", "syb"]),
        ("ＳＹＢ", ["syb"]),
        ("焊 工", ["hangong-4", "syb"]),
        ("焊工 海工", ["hangong-4"]),
        ("烹调师(四级)", ["lucai-4"]),
        ("无人机", []),
        ("100%", []),
        ("_", []),
    ],
)
def test_every_word_is_found_anywhere_in_the_text(
    city: dict[str, Course], now: datetime, text: str, numbers: list[str]
) -> None:
    assert found(now, text=text) == numbers


def test_a_word_is_not_found_across_two_parts(now: datetime) -> None:
    published("x1", "电焊", now=now, audience="工人")
    assert found(now, text="焊工") == []


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, ["lucai-4", "hangong-4", "syb"]),
        ({"district": "zhifu"}, ["lucai-4"]),
        ({"district": "huangbohai"}, ["hangong-4"]),
        ({"district": "nowhere"}, []),
        ({"kind": "syb"}, ["syb"]),
        ({"brand": "haigong"}, ["hangong-4"]),
        ({"month": "2026-09"}, ["lucai-4"]),
        ({"month": "2026-10"}, ["hangong-4", "lucai-4"]),
        ({"month": "2026-13"}, []),
        ({"has_seats": True}, ["lucai-4"]),
        ({"district": "huangbohai", "has_seats": True}, []),
        ({"brand": "haigong", "text": "焊工", "month": "2026-10"}, ["hangong-4"]),
    ],
)
def test_filters_give_exactly_these_courses_soonest_first(
    city: dict[str, Course], now: datetime, filters: dict[str, object], numbers: list[str]
) -> None:
    assert found(now, **filters) == numbers


def test_filters_on_classes_must_fit_one_class_together(city: dict[str, Course], now: datetime) -> None:
    laishan = lists.district(key="laishan", name="莱山区", code="370613")
    classes.training_class(now=now, course=city["welder"], district=laishan, first=now + timedelta(days=5))
    assert found(now, district="huangbohai", has_seats=True) == []
    assert found(now, district="laishan", has_seats=True) == ["hangong-4"]


def test_each_course_carries_its_next_open_class_that_fits(city: dict[str, Course], now: datetime) -> None:
    def shown(**filters: str) -> dict[str, tuple[str, int]]:
        return {
            course.number: (str(course.soonest and course.soonest.starts_on), course.openings)
            for course in found_courses(now, **filters)
        }

    assert shown() == {"lucai-4": ("2026-09-16", 2), "hangong-4": ("2026-10-04", 1), "syb": ("None", 0)}
    assert shown(month="2026-10")["lucai-4"] == ("2026-10-24", 1)


def test_a_page_of_the_list_tells_how_many_there_are_in_all(city: dict[str, Course], now: datetime) -> None:
    page = catalogue.search(now=now, first=1, limit=1)
    assert ([course.number for course in page.courses], page.total) == (["hangong-4"], 3)
    beyond = catalogue.search(now=now, first=20, limit=20)
    assert (beyond.courses, beyond.total) == ([], 3)


def test_the_list_and_the_course_page_agree_on_what_is_open(city: dict[str, Course], now: datetime) -> None:
    """The list asks with a statement of its own; every kind of class is held against the one rule."""
    for status in TrainingClass.Status:
        classes.training_class(now=now, course=city["syb"], first=now + timedelta(days=3), status=status)
    for until in (now, now - timedelta(seconds=1)):
        classes.training_class(now=now, course=city["cook"], enrol_until=until)
    for days in (-1, 0):
        starts = local_date(now) + timedelta(days=days)
        classes.training_class(now=now, course=city["welder"], starts_on=starts, enrol_until=None)
    listed = {course.number: (course.openings, course.soonest) for course in found_courses(now)}
    for course in city.values():
        openings = catalogue.open_classes(course=course, now=now)
        count, soonest = listed[course.number]
        assert count == len(openings)
        assert soonest is not None
        first = openings[0].training_class
        assert (soonest.starts_on, soonest.district_id) == (first.starts_on, first.district_id)
        assert soonest.seats == catalogue.seats(first)


def test_an_unpublished_course_is_not_found(city: dict[str, Course], now: datetime) -> None:
    catalogue.mark_unpublished(course=city["cook"])
    assert found(now) == ["hangong-4", "syb"]


def test_publishing_again_keeps_the_first_date(now: datetime) -> None:
    course = published("x1", "焊工", now=now)
    catalogue.mark_published(course=course, now=now + timedelta(days=3))
    assert Course.objects.get(number="x1").published_at == now


def test_an_empty_search_says_which_filter_to_leave_out(city: dict[str, Course], now: datetime) -> None:
    filters: catalogue.Filters = {"text": "焊工", "district": "zhifu"}
    assert catalogue.loosened(now=now, filters=filters) == [("district", 2), ("text", 1)]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_search_takes_one_query_however_many_rows(rows: int, now: datetime, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        course = published(f"x{number}", "焊工", now=now)
        classes.training_class(now=now, course=course)
    with django_assert_num_queries(1):
        places = [course.soonest and course.soonest.venue_name for course in found_courses(now)]
    assert len(places) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_open_classes_take_two_queries_however_many_rows(
    rows: int, now: datetime, django_assert_num_queries: Any
) -> None:
    course = published("x1", "焊工", now=now)
    for number in range(rows):
        classes.training_class(now=now, course=course, first=now + timedelta(days=number + 1))
    with django_assert_num_queries(2):
        openings = catalogue.open_classes(course=course, now=now)
        words = [row.schedule.sentence + row.training_class.district.name for row in openings]
    assert len(words) == rows


def test_open_classes_are_those_that_enrol_before_their_deadline_by_start(now: datetime) -> None:
    course = published("x1", "焊工", now=now)
    late = classes.training_class(now=now, course=course, first=now + timedelta(days=9))
    soon = classes.training_class(now=now, course=course, first=now + timedelta(days=3), enrol_until=now)
    over = classes.training_class(now=now, course=course, enrol_until=now - timedelta(seconds=1))
    draft = classes.training_class(now=now, course=course, approved=False)
    running = classes.training_class(now=now, course=course, status=TrainingClass.Status.RUNNING)
    begun = classes.training_class(now=now, course=course, starts_on=now.date() - timedelta(days=1), enrol_until=None)
    numbers = [row.training_class.number for row in catalogue.open_classes(course=course, now=now)]
    assert numbers == [soon.number, late.number]
    opened = {row.number: catalogue.is_open(training_class=row, now=now) for row in TrainingClass.objects.all()}
    assert {number for number, is_open in opened.items() if is_open} == {soon.number, late.number}
    assert {over.number, draft.number, running.number, begun.number} == opened.keys() - {soon.number, late.number}


def test_this_week_ends_on_sunday_and_counts_all_open_classes(
    city: dict[str, Course], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openings, "TO_CHOOSE_FROM", 1)
    week = catalogue.this_week(now=now)
    assert [row.training_class.course.number for row in week.openings] == ["lucai-4"]
    assert (week.first.isoformat(), week.last.isoformat()) == ("2026-09-14", "2026-09-20")
    assert (week.is_this_week, week.total) == (True, 3)


def test_a_week_with_too_few_classes_to_choose_from_shows_the_next_ones_too(
    city: dict[str, Course], now: datetime
) -> None:
    week = catalogue.this_week(now=now)
    assert (len(week.openings), week.is_this_week, week.total) == (3, False, 3)


def test_a_week_without_a_class_shows_the_next_ones(city: dict[str, Course], now: datetime) -> None:
    week = catalogue.this_week(now=now + timedelta(days=7), limit=1)
    assert [row.training_class.course.number for row in week.openings] == ["hangong-4"]
    assert not week.is_this_week


def test_a_week_shows_no_class_of_an_unpublished_course(city: dict[str, Course], now: datetime) -> None:
    catalogue.mark_unpublished(course=city["cook"])
    week = catalogue.this_week(now=now)
    assert [row.training_class.course.number for row in week.openings] == ["hangong-4"]
    assert week.total == 1


def test_where_rank_decides_no_seat_is_called_left(now: datetime) -> None:
    seats = catalogue.seats(TrainingClass(seats=30, taken=0, waiting=0, mode=TrainingClass.Mode.SELECTED))
    assert (seats.words, seats.queue, seats.tone) == ("按评选录取", "", "free")


@pytest.mark.parametrize(
    ("taken", "waiting", "words", "tone"),
    [
        (24, 0, "余 6 席", "free"),
        (26, 0, "余 4 席", "free"),
        (27, 0, "仅余 3 席", "few"),
        (29, 0, "仅余 1 席", "few"),
        (30, 0, "已满，可候补", "full"),
        (30, 4, "已满，可候补，前面 4 人", "full"),
        (29, 4, "已满，可候补，前面 4 人", "full"),
    ],
)
def test_seats_in_words(taken: int, waiting: int, words: str, tone: str) -> None:
    seats = catalogue.seats(TrainingClass(seats=30, taken=taken, waiting=waiting))
    assert (seats.words, seats.tone) == (words, tone)


def test_brands_count_what_enrols_or_runs(city: dict[str, Course], now: datetime) -> None:
    city["cook"].brand.districts.add(lists.district())  # type: ignore[union-attr]
    offers = {offer.brand.key: offer for offer in catalogue.brand_offers()}
    assert {key: offer.classes for key, offer in offers.items()} == {"lucai": 2, "haigong": 1, "chuangye": 0}
    assert [district.key for district in offers["lucai"].districts] == ["zhifu"]


@pytest.mark.parametrize(
    ("days", "hour", "sentence"),
    [
        ([0], 14, "当天 14:00–17:00"),
        ([0, 1, 2], 14, "连续 3 天 14:00–17:00"),
        ([0, 2, 7, 9], 14, "每周一、周三 14:00–17:00，共 4 次课"),
        ([0, 2, 7, 9], 18, "每周一、周三 18:00–21:00，共 4 晚"),
    ],
)
def test_a_schedule_is_read_off_the_lessons(days: list[int], hour: int, sentence: str, now: datetime) -> None:
    course = published("x1", "焊工", now=now)
    monday = datetime(2026, 9, 21, hour, 0, tzinfo=CITY_TIME).astimezone(UTC)
    made = classes.training_class(now=now, course=course, first=monday, lessons=len(days))
    for lesson, day in zip(made.lessons.order_by("number"), days, strict=True):
        lesson.starts_at = monday + timedelta(days=day)
        lesson.ends_at = lesson.starts_at + timedelta(hours=3)
        lesson.save()
    [opening] = catalogue.open_classes(course=course, now=now)
    assert opening.schedule.sentence == sentence
