"""The main line, as the README tells it: publish → enrol → scan → complete → count, in a real browser."""

import json
import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.browser import PHONE, PROJECTOR, decode, enter_as, visitor
from tests.journeys.city import City
from tests.journeys.scans import HOURS_AGO

pytestmark = pytest.mark.browser


def tally(city: City) -> dict[str, int]:
    """人次 by line, as the command tells them."""
    year = city.manage(
        "shell",
        "-v0",
        "-c",
        "from courses import policy; from django.utils import timezone; print(policy.local_date(timezone.now()).year)",
    ).strip()
    figures = json.loads(city.manage("tally", year, "--json"))
    return {row["line"]: row["verified"] for row in figures["lines"]}


def test_a_newcomer_carries_one_person_time_through_the_whole_chain(city: City, browser: Browser) -> None:
    # Whatever ran before may have outlasted the lesson of today's class.
    city.manage("shell", "-v0", "-c", HOURS_AGO)
    city.manage("renew_demo")
    before = tally(city)
    course = publish(visitor(browser), visitor(browser), city)
    learner = visitor(browser, size=PHONE)
    enrol(learner, city, course)
    trainer = visitor(browser, size=PROJECTOR)
    check_in(learner, trainer, city)
    complete(trainer, visitor(browser), visitor(browser), city)
    after = tally(city)
    assert {line: after[line] - before[line] for line in after} == {"skills": 1, "entrepreneurship": 0}
    follow_the_number_back(visitor(browser), city, after["skills"])


def publish(editor: Page, reviewer: Page, city: City) -> str:
    """The course of today's demo class waits for its page: an editor submits it, a reviewer approves."""
    enter_as(editor, city.address, "demo-editor")
    number = city.manage(
        "shell", "-v0", "-c",
        "from courses.models import TrainingClass as T; "
        "print(T.objects.filter(status='enrolling', policy__number='今日演示').latest('id').course.number)",
    ).strip()  # fmt: skip
    assert editor.request.get(f"{city.address}/course/{number}/").status == 404
    page_id = city.manage(
        "shell",
        "-v0",
        "-c",
        f"from cms.models import CoursePage as P; print(P.objects.get(course__number='{number}').pk)",
    ).strip()
    editor.goto(f"{city.address}/cms/pages/{page_id}/edit/")
    editor.locator("footer [data-w-dropdown-target=toggle]").last.click()
    editor.locator("button[name=action-submit]:visible").click()
    editor.wait_for_url(re.compile(r"/cms/pages/\d+/$"))
    assert editor.request.get(f"{city.address}/course/{number}/").status == 404
    enter_as(reviewer, city.address, "demo-reviewer")
    reviewer.goto(f"{city.address}/cms/pages/{page_id}/edit/")
    reviewer.locator("footer [data-w-dropdown-target=toggle]").last.click()
    reviewer.locator("button[data-workflow-action-name=approve]:not([data-workflow-action-modal-url]):visible").click()
    reviewer.wait_for_url(re.compile(r"/cms/pages/\d+/$"))
    reviewer.goto(f"{city.address}/course/{number}/")
    expect(reviewer.locator("h1")).to_be_visible()
    return number


def enrol(learner: Page, city: City, course: str) -> None:
    enter_as(learner, city.address, "demo-learner")
    learner.goto(f"{city.address}/course/{course}/")
    learner.locator('a[href*="/my/enrol/"]').first.click()
    learner.get_by_label("我确认所填情况属实").check()
    learner.get_by_role("button", name="确认报名").click()
    expect(learner.locator("h1").last).to_have_text("报名成功")
    calendar = learner.locator('a[href$="calendar.ics"]').get_attribute("href") or ""
    assert learner.request.get(city.address + calendar).ok


def check_in(learner: Page, trainer: Page, city: City) -> None:
    """The code is read off a screenshot of the projector, and its address opened on the phone: no tap."""
    enter_as(trainer, city.address, "demo-trainer")
    trainer.goto(f"{city.address}/teach/")
    running(trainer).get_by_role("link", name="放大屏").click()
    expect(trainer.locator(".wall-panel svg")).to_be_visible()
    address = decode(trainer.screenshot())
    assert re.fullmatch(r"HTTP://127\.0\.0\.1:\d+/C/[0-9A-Z]{16}", address)
    learner.goto(address.replace("HTTP://", "http://"))
    expect(learner.get_by_role("heading", name="签到成功")).to_be_visible()
    expect(trainer.locator(".wall-count b")).to_have_text("1")


def running(trainer: Page) -> Locator:
    """The demo lesson that is on; those that others walked are over."""
    rows = trainer.locator(".lesson-row", has_text="今日演示")
    return rows.filter(has=trainer.get_by_role("link", name="放大屏"))


def complete(trainer: Page, school: Page, officer: Page, city: City) -> None:
    trainer.goto(f"{city.address}/teach/")
    running(trainer).get_by_role("link", name="点名册").click()
    trainer.locator(".roster-sheet").get_by_role("link", name="结业").click()
    trainer.get_by_role("button", name="提出结业").click()
    expect(trainer.locator("main")).to_contain_text("已提出 1 人结业")
    number = trainer.url.rstrip("/").split("/")[-2]
    enter_as(school, city.address, "demo-institution")
    school.goto(f"{city.address}/desk/")
    school.get_by_role("link", name=re.compile(number)).first.click()
    school.locator('form[action$="/completions/"] button').first.click()
    expect(school.locator("main")).to_contain_text("已提交 1 人结业")
    enter_as(officer, city.address, "demo-district")
    officer.goto(f"{city.address}/desk/")
    officer.locator("tr", has_text=number).get_by_role("checkbox").check()
    officer.get_by_role("button", name=re.compile("批准")).first.click()
    officer.wait_for_url(re.compile("/desk/approve/"))
    officer.get_by_role("button", name=re.compile("批准")).first.click()
    expect(officer.locator("main")).to_contain_text("计入目标 1 人次")


def follow_the_number_back(officer: Page, city: City, skills: int) -> None:
    """From the city's figure to its rows, and from the newest row down to the scan."""
    enter_as(officer, city.address, "demo-city")
    officer.goto(f"{city.address}/desk/tally/")
    expect(officer.locator("main")).to_contain_text(f"{skills:,}")
    officer.get_by_role("link", name=f"{skills:,}", exact=True).first.click()
    officer.wait_for_url(re.compile("/desk/tally/entries/"))
    officer.locator('a[href*="/desk/entry/"]').first.click()
    chain = officer.locator("main")
    for link in ("扫大屏码", "老师提出", "机构提交", "区市批准"):
        expect(chain).to_contain_text(link)
