"""Targets in versions, with the districts' sum beside the city's own."""

import pytest
from django.urls import reverse

from courses.models import Target
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue

pytestmark = pytest.mark.django_db


def put(line: str, district: str, amount: int) -> dict[str, object]:
    return {"year": 2026, "line": line, "district": district, "amount": amount, "source": "烟人社〔2026〕1 号"}


def test_a_new_version_holds_and_the_earlier_one_stays(cast: Cast, sign_in: Open) -> None:
    catalogue.policy()
    browser = sign_in(cast.city)
    browser.post(reverse("desk_target_set"), put("skills", "zhifu", 3600))
    answer = browser.post(reverse("desk_target_set"), put("skills", "zhifu", 3700), follow=True)
    assert "已保存为第 2 版，此前各版保留。" in words(answer)
    rows = Target.objects.order_by("version").values_list("version", "amount", "by__username")
    assert list(rows) == [(1, 3600, "cast-c"), (2, 3700, "cast-c")]
    shown = [row.select_one("td.n b") for row in soup(answer).select(".table tbody tr")]
    assert [figure.get_text() for figure in shown if figure] == ["3,700"]


def test_districts_that_do_not_add_up_to_the_city_are_named_with_the_difference(cast: Cast, sign_in: Open) -> None:
    catalogue.policy()
    catalogue.district("laishan", "莱山区", "370613")
    browser = sign_in(cast.city)
    for district, amount in (("", 100), ("zhifu", 60), ("laishan", 30)):
        browser.post(reverse("desk_target_set"), put("skills", district, amount))
    page = words(browser.get(reverse("desk_targets"), {"year": 2026}))
    assert "合计不一致 职业技能培训：全市 100，各区市合计 90，相差 10。" in page
    browser.post(reverse("desk_target_set"), put("skills", "laishan", 40))
    page = words(browser.get(reverse("desk_targets"), {"year": 2026}))
    assert "合计一致 职业技能培训：全市 100，各区市合计 100。" in page


@pytest.mark.parametrize("missing", ["amount", "source"])
def test_a_target_without_its_number_or_its_source_is_not_kept(missing: str, cast: Cast, sign_in: Open) -> None:
    catalogue.policy()
    answer = sign_in(cast.city).post(reverse("desk_target_set"), {**put("skills", "zhifu", 10), missing: ""})
    assert answer.status_code == 422
    assert not Target.objects.exists()


def test_nobody_but_the_city_sets_a_target(cast: Cast, sign_in: Open) -> None:
    answers = {
        role: sign_in(user).post(reverse("desk_target_set"), put("skills", "zhifu", 1)).status_code
        for role, user in cast.everybody().items()
        if role != "city"
    }
    assert set(answers.values()) == {403}
    assert not Target.objects.exists()
