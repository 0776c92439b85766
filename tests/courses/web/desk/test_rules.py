"""政策版本和承诺书 at the desk: every number under its name, the difference and what it would do, two people."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from courses import policy, rulebook, turns
from courses.models import CommitmentText, PolicyVersion, RuleProposal, User
from courses.policy import DEFAULTS
from courses.turns import Of, Turn
from courses.web.desk.rule_forms import PolicyForm
from tests.courses.web.desk.conftest import Cast, Open, words
from tests.factories import people
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
WHY = {"effective_on": "2026-10-01", "source": "烟人社发〔2026〕12号", "reason": "市局会议定"}


@pytest.fixture
def second(now: datetime) -> User:
    return people.staff(role="city", now=now - timedelta(days=9), name="周二")


def filled(browser: Client, address: str = "", **changes: Any) -> dict[str, Any]:
    """The form as the browser would send it back, with these fields typed over."""
    page = BeautifulSoup(browser.get(address or reverse("desk_rule_policy")).content, "lxml")
    form = page.select_one("main form") or page
    sent: dict[str, Any] = {one["name"]: one.get("value", "") for one in form.select("input[name]")}
    sent |= {one["name"]: one.get_text().removeprefix("\n") for one in form.select("textarea[name]")}
    for one in form.select("select[name]"):
        chosen = one.select_one("option[selected]")
        sent[one["name"]] = chosen["value"] if chosen else ""
    return {**sent, **WHY, **changes}


def test_the_form_holds_every_number_and_sent_back_untouched_it_loses_none(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    sent = filled(browser)
    assert set(DEFAULTS) <= set(sent)
    form = PolicyForm(sent, base=PolicyVersion.objects.get(number="v1"))
    assert (form.is_valid(), form.touched()) == (True, {}), form.errors
    answer = browser.post(reverse("desk_rule_policy"), {**sent, "propose": "1"})
    assert answer.status_code == 422
    assert "没有改动任何一项" in words(answer)
    assert not RuleProposal.objects.exists()


def test_it_is_looked_at_put_forward_and_published_by_another(
    cast: Cast, second: User, sign_in: Open, now: datetime
) -> None:
    batch(rows=[row(counted_on=date(2026, 3, 1), line=line) for line in ("skills", "entrepreneurship")], now=now)
    first, other = sign_in(cast.city), sign_in(second)
    sent = filled(first, entrepreneurship_in_skills="1", checkin_opens_minutes="45", ages='{"camp": [18, 55]}')
    looked = first.post(reverse("desk_rule_policy"), {**sent, "look": "1"})
    said = words(looked)
    assert not RuleProposal.objects.exists()
    assert "30 分钟" in said
    assert "45 分钟" in said
    totals = [line.get_text(" ").split() for line in BeautifulSoup(looked.content, "lxml").select("tfoot tr")]
    assert totals[0] == ["合计", "1", "2", "+1"]
    first.post(reverse("desk_rule_policy"), {**sent, "propose": "1"})
    proposal = RuleProposal.objects.get()
    assert proposal.changes == {
        "entrepreneurship_in_skills": [False, True],
        "checkin_opens_minutes": [30, 45],
        "ages": [{"camp": [18, 60]}, {"camp": [18, 55]}],
    }
    own = words(first.get(reverse("desk_rule", args=[proposal.number])))
    assert "由您提出，须另一人确认或退回" in own
    assert "确认，发布" not in own
    refused = words(first.post(reverse("desk_rule_confirm", args=[proposal.number]), follow=True))
    assert "须由另一人确认或退回，未改动" in refused
    assert proposal.number in words(other.get(reverse("desk")))
    assert proposal.number not in words(first.get(reverse("desk")))
    assert "已发布" in words(other.post(reverse("desk_rule_confirm", args=[proposal.number]), follow=True))
    held = policy.current(on=date(2026, 10, 1))
    assert held == policy.Policy(**{**DEFAULTS, "entrepreneurship_in_skills": True, "checkin_opens_minutes": 45,
                                    "ages": {"camp": [18, 55]}})  # fmt: skip
    assert "v2 待生效" in words(other.get(reverse("desk_rules")))


def test_a_change_for_next_year_is_shown_on_the_figures_of_this_one(cast: Cast, sign_in: Open, now: datetime) -> None:
    batch(rows=[row(counted_on=date(2026, 3, 1), line=line) for line in ("skills", "entrepreneurship")], now=now)
    browser = sign_in(cast.city)
    for change in ({"entrepreneurship_in_skills": "1"}, {"counted_per_year": "3"}):
        sent = filled(browser, effective_on="2027-01-01", **change)
        page = BeautifulSoup(browser.post(reverse("desk_rule_policy"), {**sent, "look": "1"}).content, "lxml")
        assert "下面用 2026 年已有的数试算" in page.get_text()
        whole = [cell.get_text() for cell in page.select("table.table-rows tfoot")[0].select("td")]
        assert whole == (["1", "2", "+1"] if "entrepreneurship_in_skills" in change else ["1", "1", "0"])


def test_each_bad_field_is_named_and_what_was_typed_stays(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    sent = filled(
        browser, completion_ratio="120", qr_step_seconds="0", pass_mark="六十", ages='{"camp": [18, 60]',
        counts_as='["tot"]', eligibility='{"overlap": "maybe"}', assessments='{"skill": ["oral"]}',
    )  # fmt: skip
    answer = browser.post(reverse("desk_rule_policy"), {**sent, "propose": "1"})
    assert answer.status_code == 422
    summary = BeautifulSoup(answer.content, "lxml").select_one(".error-summary")
    assert summary is not None
    named = {link["href"] for link in summary.select("a")}
    assert named == {
        f"#id_{key}"
        for key in (
            "completion_ratio",
            "qr_step_seconds",
            "pass_mark",
            "ages",
            "counts_as",
            "eligibility",
            "assessments",
        )
    }
    assert "[18, 60]" in words(answer)
    assert not RuleProposal.objects.exists()


def test_the_tried_setting_leads_to_the_form_with_its_answers(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    asked = {"year": 2026, "inside": "1", "count_date": "approval", "kind_tot": "skills", "kind_mgr": "own",
             "kind_guide": "own"}  # fmt: skip
    page = BeautifulSoup(browser.get(reverse("desk_count_settings"), asked).content, "lxml")
    link = next(one["href"] for one in page.select("main a") if "rules/policy" in one["href"])
    sent = filled(browser, link)
    assert (sent["entrepreneurship_in_skills"], sent["count_date"]) == ("1", "approval")
    assert '"tot": "skills"' in sent["counts_as"]


def test_a_day_that_is_past_and_one_that_has_a_version_are_said(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    policy.publish(by=None, number="v2", effective_on=date(2026, 10, 1), document={**DEFAULTS})
    for day, sentence in (("2026-09-01", "已过，未保存"), ("2026-10-01", "已有一个版本生效")):
        sent = filled(browser, pass_mark="70", effective_on=day)
        answer = browser.post(reverse("desk_rule_policy"), {**sent, "propose": "1"})
        assert (answer.status_code, sentence in words(answer)) == (422, True)


def test_a_later_version_that_will_not_hold_the_change_is_said(cast: Cast, sign_in: Open) -> None:
    policy.publish(by=None, number="v2", effective_on=date(2027, 1, 1), document={**DEFAULTS, "pass_mark": 70})
    browser = sign_in(cast.city)
    sent = filled(browser, completion_ratio="85")
    said = words(browser.post(reverse("desk_rule_policy"), {**sent, "look": "1"}))
    assert "起生效，不含这里的改动" in said
    browser.post(reverse("desk_rule_policy"), {**sent, "propose": "1"})
    assert RuleProposal.objects.get().changes == {"completion_ratio": [80, 85]}, "not the pass mark of the later one"


def test_a_new_commitment_is_published_by_two_people_and_returned_with_a_reason(
    cast: Cast, second: User, sign_in: Open, now: datetime
) -> None:
    first, other = sign_in(cast.city), sign_in(second)
    first.post(reverse("desk_rule_commitment"), {**WHY, "body": "本机构承诺不收学员的钱。"})
    proposal = RuleProposal.objects.get()
    empty = other.post(reverse("desk_rule_return", args=[proposal.number]), {"answer": ""}, follow=True)
    assert "请写明退回的原因" in words(empty)
    other.post(reverse("desk_rule_return", args=[proposal.number]), {"answer": "再斟酌"})
    assert "再斟酌" in words(first.get(reverse("desk_rule", args=[proposal.number])))
    first.post(reverse("desk_rule_commitment"), {**WHY, "body": "本机构承诺不向学员收费。"})
    anew = RuleProposal.objects.get(status="proposed")
    other.post(reverse("desk_rule_confirm", args=[anew.number]))
    assert CommitmentText.objects.get(effective_on=date(2026, 10, 1)).body == "本机构承诺不向学员收费。"
    assert first.post(reverse("desk_rule_commitment"), {**WHY, "body": ""}).status_code == 422
    done = {(of, status) for _one, status, _many, _at, of in turns.handled(user=second, now=now)}
    assert {(Of.RULE, "returned"), (Of.RULE, "published")} <= done
    assert not turns.my_matters(turn=Turn.RULE_REVIEW, user=second).exists()


def test_who_put_it_forward_takes_it_back_and_nobody_else_has_the_page(
    cast: Cast, sign_in: Open, now: datetime
) -> None:
    proposal = rulebook.propose_policy(
        by=cast.city, effective_on=date(2026, 10, 1), values={"pass_mark": 70}, reason="会议", source="文件", now=now
    )
    for name, user in cast.everybody().items():
        if name not in ("city", "learner"):
            assert sign_in(user).get(reverse("desk_rule", args=[proposal.number])).status_code == 403
    browser = sign_in(cast.city)
    assert "已收回" in words(browser.post(reverse("desk_rule_take_back", args=[proposal.number]), follow=True))
    assert browser.get(reverse("desk_rule", args=["GZ0"])).status_code == 404
