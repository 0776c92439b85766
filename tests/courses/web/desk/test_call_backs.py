"""电话回访 at the desk: in the queue of those from outside, three presses a person, and never before the institution."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import attendance, supervision, turns
from courses.models import CallBackLine, Learner, Reveal, Signal, TrainingClass
from courses.supervision import Answers
from courses.turns import Turn
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db
Make = Callable[..., TrainingClass]
Result = CallBackLine.Result
PAGE = 7


@pytest.fixture
def drawn(now: datetime, finished: Make) -> TrainingClass:
    made = finished(people_in=2)
    supervision.draw(training_class=made, now=now)
    return made


def test_it_waits_for_the_district_the_city_and_the_inspector_until_everybody_was_called(
    now: datetime, cast: Cast, drawn: TrainingClass
) -> None:
    outside = (cast.district, cast.city, cast.inspector)
    for user in outside:
        assert turns.mine(turn=Turn.CALL_BACK, user=user, now=now).get() == drawn
        assert turns.count_mine(user=user, now=now) == 1
    for user in (cast.institution, cast.trainer, cast.auditor):
        assert Turn.CALL_BACK not in turns.kinds_for(user=user, now=now)
    line = CallBackLine.objects.get()
    supervision.unreachable(by=cast.inspector, line=line, now=now)
    assert [turns.count_mine(user=user, now=now) for user in outside] == [0, 0, 0]
    handled = [(status, people, of) for _pk, status, people, _at, of in turns.handled(user=cast.inspector, now=now)]
    assert handled == [("called", 1, "call_backs")]


def test_who_only_calls_back_follows_nothing_else(now: datetime, cast: Cast, drawn: TrainingClass) -> None:
    assert list(turns.elsewhere(user=cast.inspector, now=now)) == []
    assert list(turns.elsewhere(user=cast.institution, now=now)) == []


def test_from_the_queue_it_takes_three_presses_to_show_the_number_and_keep_that_all_fits(
    now: datetime, cast: Cast, drawn: TrainingClass, sign_in: Open
) -> None:
    browser = sign_in(cast.district)
    (row,) = soup(browser.get(reverse("desk"))).select(".queue tbody tr")
    assert "1 人待回访" in row.get_text()
    address = reverse("desk_call_back", args=[drawn.number])
    assert row.select_one(f"a[href='{address}']")
    line = CallBackLine.objects.select_related("enrolment__learner").get()
    phone = line.enrolment.learner.phone
    assert phone not in browser.get(address).content.decode()
    shown = browser.post(reverse("desk_call_back_number", args=[line.code]))
    assert soup(shown).select_one("a[href^=tel]")["href"] == f"tel:{phone}"
    assert "no-store" in shown.headers["Cache-Control"]
    browser.post(reverse("desk_call_back_answer", args=[line.code]), {"as": "fine"})
    line.refresh_from_db()
    assert (line.result, line.by, Reveal.objects.get().by) == (Result.FINE, cast.district, cast.district)
    assert phone not in browser.get(address).content.decode()


def test_a_contradiction_is_entered_answer_by_answer_and_stands_under_signals(
    now: datetime, cast: Cast, drawn: TrainingClass, sign_in: Open
) -> None:
    line = CallBackLine.objects.get()
    browser, address = sign_in(cast.inspector), reverse("desk_call_back_answer", args=[line.code])
    said = {"is_learner": "true", "attended": "false", "charged": "true", "satisfaction": "1"}
    refused = soup(browser.post(address, said))
    assert "请写一句学员怎么说的" in refused.select_one(f"[id='{line.code}'] .notice-error").get_text()
    chosen = {
        one["name"]: one.select_one("option[selected]")["value"] for one in refused.select("select:has([selected])")
    }
    assert chosen == said
    page = words(browser.post(address, {**said, "note": "没去过，还交了钱"}, follow=True))
    assert "本人，说没有参加" in page
    assert "没去过，还交了钱" in page
    signal = Signal.objects.get(kind=Signal.Kind.CALL_BACK)
    page = words(browser.get(reverse("desk_signal", args=[signal.code])))
    assert "电话回访接通 1 人，其中 1 人说的与考勤不符" in page
    assert "本人说没有参训，考勤有 2 天" in page


@pytest.mark.parametrize("said", [{"days": "x"}, {"satisfaction": "9"}])
def test_a_number_that_is_none_is_refused_in_words(
    cast: Cast, drawn: TrainingClass, sign_in: Open, said: dict[str, str]
) -> None:
    line = CallBackLine.objects.get()
    address = reverse("desk_call_back_answer", args=[line.code])
    page = sign_in(cast.inspector).post(address, {"is_learner": "true", "attended": "true", **said}, follow=True)
    assert "上课天数请填 0 到 400 的整数" in words(page)


def test_the_institution_its_trainer_and_other_districts_reach_none_of_it(
    now: datetime, cast: Cast, drawn: TrainingClass, sign_in: Open
) -> None:
    line = CallBackLine.objects.get()
    reads = [reverse("desk_call_backs"), reverse("desk_call_back", args=[drawn.number])]
    posts = [reverse(f"desk_call_back_{name}", args=[line.code]) for name in ("number", "answer")]
    for user in (cast.institution, cast.trainer, cast.editor, cast.learner):
        browser = sign_in(user)
        assert {browser.get(address).status_code for address in reads} == {403}
        assert {browser.post(address).status_code for address in posts} == {403}
    auditor = sign_in(cast.auditor)
    assert {auditor.get(address).status_code for address in reads} == {200}
    assert {auditor.post(address).status_code for address in posts} == {403}
    assert not soup(auditor.get(reads[1])).select("main form")
    far = people.staff(role="district", now=now, district=catalogue.district("laishan", "莱山区", "370613"))
    stranger = sign_in(far)
    assert drawn.number not in words(stranger.get(f"{reads[0]}?state=all"))
    assert {stranger.get(reads[1]).status_code, *(stranger.post(one).status_code for one in posts)} == {404}
    assert Reveal.objects.count() == 0


def test_what_learners_said_of_a_class_is_no_signal_that_it_reads(
    now: datetime, cast: Cast, drawn: TrainingClass, sign_in: Open
) -> None:
    """Who spoke against the register stays unknown to the institution and to the trainers, in list, page and count."""
    line = CallBackLine.objects.select_related("call_back__training_class", "enrolment__learner").get()
    supervision.answer(
        by=cast.inspector, line=line, said=Answers(is_learner=True, attended=False, note="没去过"), now=now
    )
    signal = Signal.objects.select_related("lesson").get(kind=Signal.Kind.CALL_BACK)
    name = attendance.lesson_name(signal.lesson)
    page, row = reverse("desk_signal", args=[signal.code]), "本人说没有参训"
    school, trainer = sign_in(cast.institution), sign_in(cast.trainer)
    assert row not in words(school.get(reverse("desk_signals") + "?state=all"))
    assert school.get(page).status_code == 404
    assert school.post(reverse("desk_signal_explain", args=[signal.code]), {"text": "x"}).status_code == 404
    assert not Signal.objects.exclude(pk=signal.pk).exists()
    assert "本课待看，" not in words(trainer.get(reverse("roster", args=[name])))
    assert row not in words(trainer.get(reverse("lesson_signals", args=[name])))
    explain = reverse("lesson_signal_explain", args=[name, signal.code])
    assert trainer.post(explain, {"text": "x"}).status_code == 404
    for user in (cast.district, cast.city, cast.inspector, cast.auditor):
        assert row in words(sign_in(user).get(page))


def test_the_list_shows_open_classes_first_and_all_on_request(
    now: datetime, cast: Cast, finished: Make, sign_in: Open
) -> None:
    first, second = finished(people_in=1), finished(people_in=1)
    for made in (first, second):
        supervision.draw(training_class=made, now=now)
    done = CallBackLine.objects.get(call_back__training_class=first)
    supervision.answer(by=cast.inspector, line=done, said=supervision.Answers(is_learner=True, attended=True), now=now)
    browser = sign_in(cast.inspector)
    listed = soup(browser.get(reverse("desk_call_backs"))).select("tbody .id")
    assert [one.get_text() for one in listed] == [second.number]
    rows = soup(browser.get(reverse("desk_call_backs"), {"state": "all"})).select("tbody tr")
    told = {
        row.select_one(".id").get_text(): [" ".join(one.get_text().split()) for one in row.select("td.n")]
        for row in rows
    }
    assert told == {first.number: ["1 / 1", "0", "1", "0", "0"], second.number: ["1 / 1", "1", "0", "0", "0"]}


@pytest.mark.parametrize("people_in", [1, 25])
def test_the_page_takes_the_same_statements_for_one_learner_and_for_three(
    people_in: int, now: datetime, cast: Cast, finished: Make, sign_in: Open
) -> None:
    made = finished(people_in=people_in, present=False)
    supervision.draw(training_class=made, now=now)
    browser, address = sign_in(cast.inspector), reverse("desk_call_back", args=[made.number])
    browser.get(address)
    with CaptureQueriesContext(connection) as spent:
        page = soup(browser.get(address))
    assert len(page.select("main .lesson-lines > li")) == -(-people_in // 10)
    assert len(spent) == PAGE


def test_who_was_erased_is_called_no_more(now: datetime, cast: Cast, drawn: TrainingClass, sign_in: Open) -> None:
    Learner.objects.filter(pk=CallBackLine.objects.get().enrolment.learner_id).update(erased_at=now, phone="", name="")
    assert turns.count_mine(user=cast.inspector, now=now) == 0
    browser = sign_in(cast.inspector)
    assert not soup(browser.get(reverse("desk_call_backs"))).select("tbody tr")
    page = soup(browser.get(reverse("desk_call_back", args=[drawn.number])))
    assert "已注销个人信息，不用再回访" in page.get_text()
    assert not page.select(".lesson-lines form")
