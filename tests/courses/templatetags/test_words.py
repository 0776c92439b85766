"""How numbers, dates and hours are written."""

from datetime import UTC, date, datetime, time

import pytest
from django.utils import translation

from courses.templatetags import words


def test_a_name_keeps_its_level_on_one_line_and_stays_escaped() -> None:
    assert words.nb("中式烹调师（四级）") == '<span class="nb">中式烹调师（四级）</span>'
    assert words.nb("<b>（四级）") == '<span class="nb">&lt;b&gt;（四级）</span>'
    assert words.nb("焊工") == "焊工"


def test_what_is_said_in_chinese_alone_is_marked_on_english_pages_only() -> None:
    assert (words.han("<b>2 号教室"), words.in_chinese()) == ("&lt;b&gt;2 号教室", "")
    with translation.override("en"):
        assert words.han("<b>2 号教室") == '<span lang="zh-Hans">&lt;b&gt;2 号教室</span>'
        assert (words.han("Room 2"), words.han(None), words.in_chinese()) == ("Room 2", "", ' lang="zh-Hans"')


@pytest.mark.parametrize(("value", "written"), [(22146, "22,146"), (0, "0"), (None, "–"), ("", "–")])
def test_thousands(value: object, written: str) -> None:
    assert words.thousands(value) == written


@pytest.mark.parametrize(
    ("value", "total", "written"),
    [(22146, 30000, "73.8%"), (29999, 30000, "99.9%"), (30000, 30000, "100.0%"), (1, 0, "–")],
)
def test_a_percentage_is_rounded_down(value: int, total: int, written: str) -> None:
    assert words.percent(value, total) == written


def test_days_in_chinese_and_english() -> None:
    day = date(2026, 9, 15)
    assert [
        words.day_words(day),
        words.day_only(day),
        words.full_day(day),
        words.weekday(day),
        words.day_short(day),
    ] == [
        "9 月 15 日 周二",
        "9 月 15 日",
        "2026 年 9 月 15 日",
        "周二",
        "9-15",
    ]
    with translation.override("en"):
        assert [words.day_words(day), words.day_only(day), words.full_day(day), words.weekday(day)] == [
            "Tue 15 Sep",
            "15 Sep",
            "15 Sep 2026",
            "Tue",
        ]


def test_a_moment_is_told_in_the_services_time() -> None:
    moment = datetime(2026, 9, 14, 16, 5, tzinfo=UTC)
    assert words.day_words(moment) == "9 月 15 日 周二"
    assert words.clock(moment) == "0:05"
    assert words.time_range(time(14, 0), time(17, 0)) == "14:00–17:00"


def test_nothing_is_written_for_no_day() -> None:
    assert [f(None) for f in (words.day_words, words.day_only, words.full_day, words.weekday, words.clock)] == [""] * 5


@pytest.mark.parametrize(
    ("minutes", "per", "hours"),
    [(0, 45, "0"), (None, 45, "0"), (45, 45, "1"), (180, 45, "4"), (200, 45, "4.4"), (44, 45, "0.9"), (180, 60, "3")],
)
def test_hours_are_of_as_many_minutes_as_the_policy_says_rounded_down(
    minutes: int | None, per: int, hours: str
) -> None:
    assert words.hours_number(minutes, per) == hours
    assert words.hours_words(minutes, per) == f"{hours} 学时"


def test_groups_and_person_times() -> None:
    assert words.groups("7K3M9QW2") == "7K3M 9QW2"
    assert words.groups("91C7 4F2A8B") == "91C7 4F2A 8B"
    assert words.person_times(22146) == "22,146 人次"
