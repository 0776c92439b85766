"""待看 on the desk: a list, a page with rows and sum, a note by whom; and the inspector's own head-count."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from courses import attendance, supervision
from courses.attendance import Who
from courses.attendance.tickets import new_ticket
from courses.models import Direction, RoomCount, Signal, SignalNote, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories.classes import enrolled, first_lesson, training_class

pytestmark = pytest.mark.django_db
LIST = "/desk/signals/"


@pytest.fixture
def watched(now: datetime, cast: Cast) -> Callable[[], Signal]:
    """A lesson on this Monday at which two learners used one phone."""

    def make() -> Signal:
        made = training_class(now=now.replace(day=1), first=now, trainers=[cast.trainer])
        lesson = first_lesson(made)
        for name in ("王一", "王二"):
            learner = enrolled(training_class=made, now=now.replace(day=2), name=name).learner
            ticket = new_ticket(lesson_code=lesson.code, direction=Direction.IN, device="BROWSER", now=now)
            attendance.check_in(ticket=ticket, who=Who(user_id=learner.user_id), now=now)
        [signal] = supervision.compute(lesson=lesson, now=now)
        return signal

    return make


def own(signal: Signal) -> TrainingClass:
    return signal.lesson.training_class


def test_the_list_shows_what_is_open_with_its_sum(cast: Cast, sign_in: Open, watched: Callable[[], Signal]) -> None:
    browser = sign_in(cast.inspector)
    assert "没有待看的" in words(browser.get(LIST))
    signal = watched()
    page = words(browser.get(LIST))
    assert "一部手机多人签到" in page
    assert "1 部手机为 2 人签到。同一部手机 2 人起提示。" in page
    supervision.look_at(by=cast.city, signal=signal, text="属实", now=signal.at)
    assert "没有待看的" in words(browser.get(LIST))
    assert own(signal).number in words(browser.get(LIST + "?state=looked"))
    assert own(signal).number in words(browser.get(LIST + "?state=all&kind=shared_device"))
    assert own(signal).number not in words(browser.get(LIST + "?state=all&kind=burst"))


def test_the_page_carries_rows_names_and_the_note_of_who_looked(
    cast: Cast, sign_in: Open, watched: Callable[[], Signal]
) -> None:
    signal, browser = watched(), sign_in(cast.inspector)
    page = browser.get(reverse("desk_signal", args=[signal.code]))
    assert [row.select_one("th").get_text(strip=True)[:2] for row in soup(page).select("tbody tr")] == ["王一", "王二"]
    assert "手机尾号 WSER" in words(page)
    told = browser.post(reverse("desk_signal_look", args=[signal.code]), {"text": "一家人，已当面核对"}, follow=True)
    assert "已记为看过。考勤没有变化" in words(told)
    assert "一家人，已当面核对" in words(told)
    assert (SignalNote.objects.get().by, SignalNote.objects.get().closes) == (cast.inspector, True)


def test_an_empty_note_is_refused_and_a_word_alone_closes_nothing(
    cast: Cast, sign_in: Open, watched: Callable[[], Signal]
) -> None:
    signal, browser = watched(), sign_in(cast.district)
    look = reverse("desk_signal_look", args=[signal.code])
    assert "请写一句您看到的情况" in words(browser.post(look, {"text": " "}, follow=True))
    browser.post(reverse("desk_signal_explain", args=[signal.code]), {"text": "在问"})
    assert [note.closes for note in SignalNote.objects.all()] == [False]


def test_computing_anew_leads_to_the_newer_version(
    cast: Cast, sign_in: Open, watched: Callable[[], Signal], now: datetime
) -> None:
    signal, browser = watched(), sign_in(cast.city)
    learner = enrolled(training_class=own(signal), now=now.replace(day=2), name="王三").learner
    ticket = new_ticket(lesson_code=signal.lesson.code, direction=Direction.IN, device="BROWSER", now=now)
    attendance.check_in(ticket=ticket, who=Who(user_id=learner.user_id), now=now)
    told = browser.post(reverse("desk_signal_compute", args=[signal.code]), follow=True)
    assert "已有更新的结果" in words(told)
    assert [row.version for row in supervision.latest(Signal.objects.all())] == [2]


def test_each_role_sees_its_own_and_only_some_may_close(
    cast: Cast, sign_in: Open, watched: Callable[[], Signal]
) -> None:
    signal = watched()
    show, look = (reverse(name, args=[signal.code]) for name in ("desk_signal", "desk_signal_look"))
    seen = {role: sign_in(user).get(show).status_code for role, user in cast.everybody().items()}
    assert {role for role, status in seen.items() if status == 200} == {
        "institution",
        "district",
        "city",
        "inspector",
        "auditor",
    }
    for role in ("learner", "trainer", "institution", "auditor", "editor"):
        assert sign_in(getattr(cast, role)).post(look, {"text": "x"}).status_code == 403
    assert not SignalNote.objects.exists()
    assert "记为看过" not in words(sign_in(cast.institution).get(show))


def test_an_inspector_counts_the_room_with_the_figures_hidden(
    cast: Cast, sign_in: Open, watched: Callable[[], Signal], now: datetime
) -> None:
    lesson = watched().lesson
    name, browser = attendance.lesson_name(lesson), sign_in(cast.inspector)
    with time_machine.travel(now, tick=False):
        file = words(browser.get(reverse("desk_class", args=[lesson.training_class.number])))
        assert "清点人数" in file
        assert "教室里有几位学员" in words(browser.post(reverse("desk_count_begin", args=[name]), follow=True))
        told = words(browser.post(reverse("desk_count", args=[name]), {"counted": "1"}, follow=True))
    assert "1 ≠ 2" in told
    assert (RoomCount.objects.get().by, RoomCount.objects.get().difference) == (cast.inspector, -1)
    assert sign_in(cast.institution).get(reverse("desk_count", args=[name])).status_code == 403


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_as_many_queries_for_three_as_for_one(
    many: int, cast: Cast, sign_in: Open, watched: Callable[[], Signal], django_assert_num_queries: Any
) -> None:
    for _ in range(many):
        watched()
    browser = sign_in(cast.inspector)
    browser.get(LIST)
    with django_assert_num_queries(5):
        browser.get(LIST)
