"""One completion on the desk: what an institution hands in or returns, and every step with what it rested on."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.urls import reverse

from courses import completion, scores
from courses.models import Completion, Score, TrainingClass
from courses.templatetags.desk_words import requirement_words
from tests.courses.web.desk.conftest import Cast, Open, propose_all, soup, words
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db
Finished = Callable[..., TrainingClass]


def test_an_institution_hands_in_whom_it_ticks_and_returns_another_with_the_reason_that_the_trainer_reads(
    now: datetime, cast: Cast, sign_in: Open, finished: Finished
) -> None:
    made = finished(people_in=3)
    first, second, third = propose_all(made, by=cast.trainer, now=now)
    office = sign_in(cast.institution)
    page = soup(office.get(reverse("desk_class", args=[made.number])))
    boxes = [box["value"] for box in page.select('input[name="completion"][form="submit-completions"]')]
    assert boxes == [row.number for row in (first, second, third)]
    address = reverse("desk_completions_submit", args=[made.number])
    assert "没有勾选待提交的学员" in words(office.post(address, {"ticked": "1"}, follow=True))
    office.post(address, {"ticked": "1", "completion": [first.number]})
    office.post(reverse("desk_completion_return", args=[second.number]), {"reason": "缺第 2 次课的说明"})
    statuses = dict(Completion.objects.values_list("number", "status"))
    assert statuses == {first.number: "submitted", second.number: "returned", third.number: "proposed"}
    seen = sign_in(cast.trainer).get(reverse("class_completion", args=[made.number]))
    assert "退回原因：缺第 2 次课的说明" in words(seen)


def test_another_institution_returns_nothing_and_opens_no_book(
    now: datetime, cast: Cast, sign_in: Open, finished: Finished
) -> None:
    (row,) = propose_all(finished(people_in=1), by=cast.trainer, now=now)
    far = catalogue.institution(number="J009", name="别家")
    stranger = sign_in(people.staff(role="institution", now=now, institution=far))
    answers = [
        stranger.post(reverse("desk_completion_return", args=[row.number]), {"reason": "x"}),
        stranger.get(reverse("desk_completion", args=[row.number])),
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert Completion.objects.get().status == "proposed"


def test_each_step_is_read_with_who_when_why_and_what_it_rested_on(
    now: datetime, cast: Cast, sign_in: Open, finished: Finished
) -> None:
    (row,) = propose_all(finished(people_in=1), by=cast.trainer, now=now)
    completion.return_proposal(by=cast.institution, completion=row, reason="缺第 2 次课的说明", now=now)
    completion.propose(by=cast.trainer, enrolment=row.enrolment, now=now)
    page = soup(sign_in(cast.auditor).get(reverse("desk_completion", args=[row.number])))
    told = [(item.b.get_text(), item.select("span")[1].get_text()) for item in page.select("ol.history > li") if item.b]
    assert told == [("老师提出", "王*师"), ("退回", "陈*"), ("老师提出", "王*师")]
    text = words(sign_in(cast.auditor).get(reverse("desk_completion", args=[row.number])))
    assert "缺第 2 次课的说明" in text
    assert "王小强" not in text
    receipt = row.proposed_reasoning["findings"][4]["evidence"][0]
    assert receipt in text


def test_every_version_of_a_score_is_shown_with_who_gave_it_and_why_it_was_changed(
    now: datetime, cast: Cast, sign_in: Open, finished: Finished
) -> None:
    policy = catalogue.policy("with-theory", assessments={"skill": ["theory"]})
    made = finished(people_in=1, policy=policy)
    own = made.enrolments.get()
    examiner = people.staff(role="institution", now=now, institution=made.institution, name="许考官")
    for points, reason in ((550, ""), (720, "漏加实践题")):
        scores.record(by=examiner, enrolment=own, points={Score.Part.THEORY: points}, reason=reason, now=now)
    (row,) = propose_all(made, by=cast.trainer, now=now)
    text = words(sign_in(cast.district).get(reverse("desk_completion", args=[row.number])))
    assert "理论成绩合格：72 分，要求 60 分" in text
    for said in ("55", "72", "漏加实践题", "许*官"):
        assert said in text


def test_a_judged_work_says_its_grade_in_the_reasoning() -> None:
    told = {"code": "plan", "value": 3, "threshold": 2, "met": True}
    assert requirement_words(told, 45) == "创业计划书：优秀，要求合格"
    assert requirement_words({**told, "value": 0, "met": False}, 45) == "创业计划书：还没有评定，要求合格"
