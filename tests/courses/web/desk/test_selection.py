"""评选 at the desk: what waits for whom, the sheet, the result that two people bring out."""

from datetime import datetime

import pytest
from django.urls import reverse

from courses.models import Enrolment, Post, ScoreSheet, Selection, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people
from tests.factories.selection import SHEET, camp, candidate, proposed, reviewers, scored

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_camp(now: datetime) -> TrainingClass:
    return camp(now=now)


def sheet(points: int, **more: str) -> dict[str, object]:
    return {**dict.fromkeys(SHEET, points), **more}


def score_page(row: Enrolment) -> str:
    return reverse("desk_score", args=[row.training_class.number, row.number])


def test_the_list_counts_what_waits_for_me(cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime) -> None:
    pair = reviewers()
    scored(candidate(camp=a_camp, now=now), 8, 8, by=pair, now=now)
    scored(candidate(camp=a_camp, now=now), 8, by=[cast.district], now=now)
    candidate(camp=a_camp, now=now)
    candidate(camp=a_camp, now=now, pitch=False)
    cells = {
        user.username: [cell.text for cell in soup(sign_in(user).get(reverse("desk_selections"))).select("tbody td.n")]
        for user in (cast.district, cast.city)
    }
    assert cells == {"cast-d": ["4 / 2", "1", "1"], "cast-c": ["4 / 2", "1", "2"]}


def test_a_list_of_camps_takes_as_many_statements_for_many_as_for_one(
    cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime, django_assert_num_queries: object
) -> None:
    browser, address = sign_in(cast.city), reverse("desk_selections")
    pair = reviewers()
    for _ in range(2):
        scored(candidate(camp=a_camp, now=now), 8, 8, by=pair, now=now)
    browser.get(address)
    with django_assert_num_queries(9):  # type: ignore[operator]
        browser.get(address)
    for _ in range(3):
        scored(candidate(camp=camp(now=now), now=now), 8, 8, by=pair, now=now)
    with django_assert_num_queries(9):  # type: ignore[operator]
        browser.get(address)


def test_a_reviewer_reads_the_project_and_scores_it(
    cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime
) -> None:
    row = candidate(camp=a_camp, now=now, name="王小强")
    browser = sign_in(cast.district)
    page = words(browser.get(score_page(row)))
    assert "把养殖户的海产做成预制菜。" in page
    assert "王*" in page
    assert "王小强" not in page
    assert "评分已保存。" in words(browser.post(score_page(row), sheet(8), follow=True))
    assert ScoreSheet.objects.get().points == 8000


def test_a_reviewer_goes_on_to_the_next_application_without_the_list(
    cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime
) -> None:
    first, second = candidate(camp=a_camp, now=now), candidate(camp=a_camp, now=now)
    browser = sign_in(cast.district)
    assert "提交，评下一份" in words(browser.get(score_page(second)))
    assert browser.post(score_page(second), sheet(8, next="")).headers["Location"] == score_page(first)
    assert "提交，评下一份" not in words(browser.get(score_page(first)))
    listed = reverse("desk_selection", args=[a_camp.number])
    assert browser.post(score_page(first), sheet(8, next="")).headers["Location"] == listed
    assert ScoreSheet.objects.count() == 2


def test_a_sheet_with_a_gap_or_too_much_is_shown_again_with_the_error(
    cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime
) -> None:
    row = candidate(camp=a_camp, now=now)
    browser = sign_in(cast.district)
    for bad in (sheet(8, team=""), sheet(8, team="11"), sheet(8, team="-1"), sheet(8, team="8.5")):
        assert browser.post(score_page(row), bad).status_code == 422
    assert not ScoreSheet.objects.exists()


def test_a_correction_asks_for_its_reason(cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime) -> None:
    row = candidate(camp=a_camp, now=now)
    browser = sign_in(cast.district)
    browser.post(score_page(row), sheet(8))
    assert browser.post(score_page(row), sheet(7)).status_code == 422
    browser.post(score_page(row), sheet(7, reason="看错了一项"))
    assert list(ScoreSheet.objects.values_list("version", "points")) == [(1, 8000), (2, 7000)]


def test_the_other_reviewers_points_are_on_no_page_before_both_are_done(
    cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime
) -> None:
    row = candidate(camp=a_camp, now=now)
    page = reverse("desk_selection", args=[a_camp.number])
    sign_in(cast.district).post(score_page(row), sheet(9, remark="很有把握"))
    for address in (page, score_page(row)):
        read = words(sign_in(cast.city).get(address))
        assert "90.00" not in read
        assert "很有把握" not in read
    sign_in(cast.city).post(score_page(row), sheet(8))
    assert "85.00" in words(sign_in(cast.city).get(page))


def test_one_puts_the_result_forward_another_publishes_it(
    cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime
) -> None:
    pair = reviewers()
    for points in (9, 7, 5):
        scored(candidate(camp=a_camp, now=now), points, points, by=pair, now=now)
    page, number = reverse("desk_selection", args=[a_camp.number]), a_camp.number
    propose, confirm = (
        reverse("desk_selection_propose", args=[number]),
        reverse("desk_selection_confirm", args=[number]),
    )
    district, city = sign_in(cast.district), sign_in(cast.city)
    assert "按得分提出结果" in words(district.get(page))
    assert "结果已提出，等他人确认" in words(district.post(propose, follow=True))
    assert "结果由您提出，须他人确认" in words(district.get(page))
    assert "结果由您提出，须他人确认，未保存。" in words(district.post(confirm, follow=True))
    assert "名单开始公示" in words(city.post(confirm, follow=True))
    read = words(city.get(page))
    assert "90.00" in read
    assert "未达到录取分数线" in read
    assert Selection.objects.get().confirmed_by == cast.city


def test_a_result_is_sent_back_with_its_reason_and_the_scoring_opens_again(
    cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime
) -> None:
    proposed(camp=a_camp, now=now)
    back = reverse("desk_selection_return", args=[a_camp.number])
    browser = sign_in(cast.city)
    assert "请写明原因，未保存。" in words(browser.post(back, {"reason": " "}, follow=True))
    read = words(browser.post(back, {"reason": "第三名材料存疑"}, follow=True))
    assert "第三名材料存疑" in read
    assert "按得分提出结果" in read


def test_reading_a_result_takes_as_many_statements_for_many_as_for_one(
    cast: Cast, sign_in: Open, now: datetime, django_assert_num_queries: object
) -> None:
    small, large = camp(now=now), camp(now=now)
    proposed(camp=small, now=now, points=(8,))
    proposed(camp=large, now=now, points=(9, 8, 7, 6, 5))
    browser = sign_in(cast.city)
    for one in (small, small, large):
        browser.get(reverse("desk_selection", args=[one.number]))
    for one in (small, large):
        with django_assert_num_queries(8):  # type: ignore[operator]
            browser.get(reverse("desk_selection", args=[one.number]))


def test_a_strangers_camp_an_ordinary_class_and_an_unknown_application_are_not_found(
    cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime
) -> None:
    row = candidate(camp=a_camp, now=now)
    other = candidate(camp=camp(now=now), now=now)
    laishan = catalogue.district("laishan", "莱山区", "370613")
    stranger = people.staff(role=Post.Role.DISTRICT, now=now, district=laishan)
    names = ("desk_selection", "desk_selection_propose", "desk_selection_confirm", "desk_selection_return")
    for name in names:
        address = reverse(name, args=[a_camp.number])
        browser = sign_in(stranger)
        assert (browser.get(address) if name == "desk_selection" else browser.post(address)).status_code == 404
    assert sign_in(stranger).post(score_page(row), sheet(8)).status_code == 404
    mixed = reverse("desk_score", args=[a_camp.number, other.number])
    assert sign_in(cast.district).get(mixed).status_code == 404
    TrainingClass.objects.filter(pk=a_camp.pk).update(mode="reviewed")
    assert sign_in(cast.district).get(reverse("desk_selection", args=[a_camp.number])).status_code == 404


def test_who_does_not_review_has_no_door_here(cast: Cast, sign_in: Open, a_camp: TrainingClass, now: datetime) -> None:
    row = candidate(camp=a_camp, now=now)
    for role in ("learner", "trainer", "institution", "inspector", "auditor", "editor"):
        browser = sign_in(cast.everybody()[role])
        assert browser.get(reverse("desk_selections")).status_code == 403
        assert browser.get(score_page(row)).status_code == 403
        assert browser.post(reverse("desk_selection_propose", args=[a_camp.number])).status_code == 403
