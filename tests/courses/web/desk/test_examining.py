"""指派我考核的班: the district names somebody from outside, who records the scores of that class and finds nothing else."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses import policy, scores
from courses.models import ClassExaminer, Completion, Enrolment, Institution, Post, Score, TrainingClass, User
from courses.policy import DEFAULTS
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Role = Post.Role


@pytest.fixture
def made(now: datetime, school: Institution, cast: Cast) -> TrainingClass:
    a_class = training_class(now=now, institution=school, trainers=[cast.trainer])
    document = {**DEFAULTS, "assessments": {a_class.kind_key: ["theory"]}}
    a_class.policy = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    a_class.save()
    return a_class


@pytest.fixture
def own(made: TrainingClass, now: datetime) -> Enrolment:
    return enrolled(training_class=made, now=now)


@pytest.fixture
def expert(now: datetime) -> User:
    return people.staff(role=Role.EXPERT, now=now - timedelta(days=9), username="cast-x", name="邹教授")


@pytest.fixture
def name(cast: Cast, sign_in: Open, own: Enrolment) -> Callable[[User], str]:
    def named(who: User, by: User | None = None) -> str:
        address = reverse("desk_examiner_name", args=[own.training_class.number])
        return words(sign_in(by or cast.district).post(address, {"examiner": who.username}, follow=True))

    return named


def test_the_district_names_an_examiner_who_records_the_scores(
    own: Enrolment, cast: Cast, sign_in: Open, expert: User, name: Callable[[User], str]
) -> None:
    browser = sign_in(expert)
    assert "还没有指派给您的班" in words(browser.get(reverse("desk_examining")))
    told = name(expert)
    assert ("已指派" in told, "邹*授" in told) == (True, True)
    (link,) = soup(browser.get(reverse("desk_examining"))).select("main tbody a")
    page = browser.get(link["href"])
    assert own.learner.masked_name in words(page)
    assert own.learner.name not in page.content.decode()
    forms = soup(page).select("main form[method=post]")
    record = reverse("desk_examined_record", args=[own.training_class.number, own.number])
    assert [form["action"] for form in forms] == [record]
    saved = words(browser.post(record, {"theory": "87.5"}, follow=True))
    assert ("已保存" in saved, "87.5" in saved) == (True, True)
    assert Score.objects.get().by == expert


def test_the_institution_reads_who_examines_and_records_and_imports_nothing_meanwhile(
    own: Enrolment, cast: Cast, sign_in: Open, expert: User, name: Callable[[User], str]
) -> None:
    number = own.training_class.number
    name(expert)
    browser, address = sign_in(cast.institution), reverse("desk_scores", args=[number])
    page = browser.get(address)
    assert ("成绩由指派的校外考评员登记" in words(page), "邹*授" in words(page)) == (True, True)
    assert soup(page).select("main form[method=post]") == []
    record = reverse("desk_score_record", args=[number, own.number])
    assert "成绩只由考评员登记，未保存" in words(browser.post(record, {"theory": "90"}, follow=True))
    for deed in ("desk_examiner_name", "desk_examiner_end"):
        assert browser.post(reverse(deed, args=[number]), {"examiner": expert.username}).status_code == 403
    assert not Score.objects.exists()


def test_an_examiner_finds_nothing_but_the_scores_of_the_class(
    own: Enrolment, made: TrainingClass, sign_in: Open, expert: User, now: datetime, name: Callable[[User], str]
) -> None:
    name(expert)
    other = enrolled(training_class=training_class(now=now), now=now)
    browser, number = sign_in(expert), made.number
    for address in (
        "/desk/",
        reverse("desk_class", args=[number]),
        reverse("desk_scores", args=[number]),
        reverse("desk_works", args=[number]),
    ):
        assert browser.get(address).status_code == 403
    for address in (
        reverse("desk_scores_sheet", args=[number]),
        reverse("desk_score_record", args=[number, own.number]),
        reverse("desk_score_decide", args=[number, own.number, "theory"]),
    ):
        assert browser.post(address, {"theory": "90"}).status_code == 403
    assert browser.get(reverse("desk_examined", args=[other.training_class.number])).status_code == 404
    foreign = reverse("desk_examined_record", args=[number, other.number])
    assert browser.post(foreign, {"theory": "90"}).status_code == 404
    assert not Score.objects.exists()


def test_what_an_examiner_changes_after_the_submission_waits_for_the_district(
    own: Enrolment, cast: Cast, sign_in: Open, expert: User, now: datetime, name: Callable[[User], str]
) -> None:
    name(expert)
    browser, number = sign_in(expert), own.training_class.number
    record = reverse("desk_examined_record", args=[number, own.number])
    browser.post(record, {"theory": "55"})
    Completion.objects.create(
        number="Z1", enrolment=own, status=Completion.Status.SUBMITTED, proposed_by=cast.trainer, proposed_at=now,
        proposed_reasoning={"findings": []}, submitted_by=cast.institution, submitted_at=now,
    )  # fmt: skip
    assert "须写明原因" in words(browser.post(record, {"theory": "65"}, follow=True))
    asked = browser.post(record, {"theory": "65", "reason": "漏加"}, follow=True)
    assert "等待确认的修改" in words(asked)
    decide = reverse("desk_score_decide", args=[number, own.number, "theory"])
    assert "新成绩生效" in words(sign_in(cast.district).post(decide, {"decision": "agree"}, follow=True))
    assert scores.standing(enrolments=[own])[own.pk] == {"theory": 650}


def test_the_district_takes_an_examiner_off_and_the_institution_records_again(
    own: Enrolment, cast: Cast, sign_in: Open, expert: User, name: Callable[[User], str]
) -> None:
    name(expert)
    number = own.training_class.number
    browser, end = sign_in(cast.district), reverse("desk_examiner_end", args=[number])
    (form,) = [
        one
        for one in soup(browser.get(reverse("desk_scores", args=[number]))).select("main form")
        if one["action"] == end
    ]
    sent = {field["name"]: field["value"] for field in form.select("input[type=hidden][value]")}
    assert "已撤下" in words(browser.post(end, sent, follow=True))
    assert "这位考评员已经撤下，未改动" in words(browser.post(end, sent, follow=True))
    assert browser.post(end, {"examiner": "nobody"}).status_code == 404
    assert sign_in(expert).get(reverse("desk_examined", args=[number])).status_code == 404
    record = reverse("desk_score_record", args=[number, own.number])
    assert "已保存" in words(sign_in(cast.institution).post(record, {"theory": "90"}, follow=True))


def test_who_belongs_to_the_institution_is_not_offered_and_another_district_names_nobody(
    own: Enrolment, cast: Cast, sign_in: Open, expert: User, now: datetime, name: Callable[[User], str]
) -> None:
    number = own.training_class.number
    browser, address = sign_in(cast.district), reverse("desk_scores", args=[number])
    assert "指派考评员" in words(browser.get(address))
    Post.objects.create(user=expert, role=Role.TRAINER, since=now, institution=own.training_class.institution)
    assert "还没有可以指派的评审专家" in words(browser.get(address))
    named = {"examiner": expert.username}
    assert browser.post(reverse("desk_examiner_name", args=[number]), named).status_code == 404
    elsewhere = people.staff(
        role=Role.DISTRICT, now=now - timedelta(days=9), district=catalogue.district("laishan", "莱山区", "370613")
    )
    for deed in ("desk_examiner_name", "desk_examiner_end"):
        assert sign_in(elsewhere).post(reverse(deed, args=[number]), named).status_code == 404
    assert not ClassExaminer.objects.exists()


def test_an_examiner_who_came_to_the_institution_reads_why_nothing_is_recorded(
    own: Enrolment, sign_in: Open, expert: User, now: datetime, name: Callable[[User], str]
) -> None:
    name(expert)
    Post.objects.create(user=expert, role=Role.TRAINER, since=now, institution=own.training_class.institution)
    browser, number = sign_in(expert), own.training_class.number
    page = browser.get(reverse("desk_examined", args=[number]))
    assert "您已在这个班的机构任职" in words(page)
    assert soup(page).select("main form[method=post]") == []
    record = reverse("desk_examined_record", args=[number, own.number])
    assert "您已在这个班的机构任职" in words(browser.post(record, {"theory": "90"}, follow=True))
    assert not Score.objects.exists()


def test_an_examiner_whose_post_has_run_out_is_shown_as_such_and_the_institution_records_again(
    own: Enrolment, cast: Cast, sign_in: Open, expert: User, now: datetime, name: Callable[[User], str]
) -> None:
    name(expert)
    Post.objects.filter(user=expert).update(until=now)
    number = own.training_class.number
    page = words(sign_in(cast.institution).get(reverse("desk_scores", args=[number])))
    assert ("岗位已到期" in page, "机构不能登记" in page, "从表格导入" in page) == (True, False, True)
    record = reverse("desk_score_record", args=[number, own.number])
    assert "已保存" in words(sign_in(cast.institution).post(record, {"theory": "90"}, follow=True))
    assert sign_in(expert).get(reverse("desk_examined", args=[number])).status_code == 403


def test_an_examiner_reads_on_the_site_that_they_were_named(
    sign_in: Open, expert: User, name: Callable[[User], str]
) -> None:
    name(expert)
    page = soup(sign_in(expert).get(reverse("desk_inbox")))
    listed = [row.text for row in page.select("main .rows > li > p:first-child")]
    assert listed == ["您被指派为考评员，负责登记一个班的考试成绩。请登录工作台，在「指派我考核的班」里办理。"]


@pytest.mark.parametrize("people_in", [1, 4])
def test_the_page_of_a_class_of_any_size_takes_as_many_statements(
    people_in: int,
    made: TrainingClass,
    own: Enrolment,
    sign_in: Open,
    expert: User,
    now: datetime,
    name: Callable[[User], str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(people_in - 1):
        enrolled(training_class=made, now=now)
        other = training_class(now=now)
        ClassExaminer.objects.create(training_class=other, examiner=expert, by=people.user(), at=now)
    name(expert)
    browser = sign_in(expert)
    opened: list[HttpResponse] = []
    with django_assert_num_queries(13):
        opened.append(browser.get(reverse("desk_examined", args=[made.number])))  # type: ignore[arg-type]
    assert len(soup(opened[0]).select("main tbody tr")) == people_in
    with django_assert_num_queries(4):
        opened.append(browser.get(reverse("desk_examining")))  # type: ignore[arg-type]
    assert len(soup(opened[1]).select("main tbody tr")) == people_in
