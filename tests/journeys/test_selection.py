"""A camp: the last application is scored and the result put forward, another confirms, the town reads the list."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import PHONE, enter_as, violations, visitor
from tests.journeys.city import City

pytestmark = pytest.mark.browser

# Everything but one application is scored by two; that one waits for its second sheet.
NEARLY = """
from django.utils import timezone
from courses import selection
from courses.models import *
now = timezone.now()
camp = TrainingClass.objects.filter(kind_key="camp", status="enrolling").latest("id")
hands = [User.objects.get(username=name) for name in ("bureau-15", "bureau-16", "bureau-01")]
rows = [one for one in selection.candidates(training_class=camp, by=hands[0], now=now) if one.pitch]
for place, one in enumerate(rows):
    for hand in hands:
        try:
            if place == 0 and ScoreSheet.objects.filter(enrolment=one.enrolment).exists():
                break
            keys = ("venture", "growth", "team", "jobs")
            selection.score(by=hand, enrolment=one.enrolment, scores=dict.fromkeys(keys, 7), now=now)
        except selection.SelectionRefused:
            pass
print(camp.number, rows[0].enrolment.number)
"""
# An applicant of the demo door who has applied, or else stands where one without project papers stood.
APPLIED = """
from courses.models import *
camp = TrainingClass.objects.filter(kind_key="camp", status="enrolling").latest("id")
own = Learner.objects.get(user__username="demo-learner-2")
row = camp.enrolments.filter(status="candidate", learner=own).first()
if row is None:
    row = camp.enrolments.filter(status="candidate", pitches__isnull=True).first()
    Enrolment.objects.filter(pk=row.pk).update(learner=own)
print(row.number)
"""
CONFIRM = """
from django.utils import timezone
from courses import selection
from courses.models import *
result = Selection.objects.get(status="proposed")
selection.confirm(by=User.objects.get(username="bureau-04"), selection=result, now=timezone.now())
print(result.number)
"""


def last_line(said: str) -> list[str]:
    return said.strip().splitlines()[-1].split()


def test_an_applicant_writes_the_project_papers_on_the_phone(city: City, browser: Browser) -> None:
    (number,) = last_line(city.manage("shell", "-v0", "-c", APPLIED))
    page = visitor(browser, size=PHONE)
    enter_as(page, city.address, "demo-learner-2")
    page.goto(f"{city.address}/my/enrolment/{number}/")
    assert violations(page) == []
    page.get_by_role("link", name="填写项目材料").click()
    assert violations(page) == []
    page.get_by_label("项目名称").fill("海草房修缮队")
    page.get_by_label("项目简介").fill("带着六位老匠人修缮海草房，已接下两个村的民宿。")
    page.get_by_label("现有员工人数").fill("7")
    page.get_by_role("button", name="提交材料").click()
    expect(page.get_by_text("已提交「海草房修缮队」，等待评分。")).to_be_visible()
    assert violations(page) == []


def test_a_camp_is_scored_put_forward_confirmed_and_read_by_the_town(city: City, browser: Browser) -> None:
    camp, waiting = last_line(city.manage("shell", "-v0", "-c", NEARLY))
    desk = visitor(browser)
    enter_as(desk, city.address, "demo-city")
    desk.goto(f"{city.address}/desk/selection/")
    desk.get_by_role("link", name=camp).click()
    expect(desk.get_by_text("全部评完后，可以提出结果。")).to_be_visible()
    desk.get_by_role("link", name=f"评分 {waiting}").click()
    for field in ("项目可行性", "成长潜力", "本人和团队", "带动就业"):
        desk.get_by_label(field).fill("8")
    desk.get_by_role("button", name="提交评分").click()
    expect(desk.get_by_text("评分已保存。")).to_be_visible()
    desk.get_by_role("button", name="按得分提出结果").click()
    expect(desk.get_by_text("结果由您提出，须他人确认。")).to_be_visible()
    assert violations(desk) == []

    (number,) = last_line(city.manage("shell", "-v0", "-c", CONFIRM))
    town = visitor(browser)
    town.goto(f"{city.address}/selection/")
    town.get_by_role("link", name="烟台创业训练营").click()
    expect(town).to_have_url(f"{city.address}/selection/{number}/")
    assert town.locator("tbody tr").count() > 20
    assert all("*" in name for name in town.locator("tbody th").all_inner_texts())
    assert violations(town) == []
