"""A class on paper: printed, typed in with one key a row, photographed, confirmed by another, read by the learner, and
counted toward completion."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.papers import photo
from tests.journeys.browser import DESK, PHONE, decode, enter_as, violations, visitor
from tests.journeys.city import City
from tests.journeys.scans import HOURS_AGO

pytestmark = pytest.mark.browser

# Two learners in today's class, whose lesson was over hours ago and to which nobody scanned; run by the demo accounts.
PLACE = """
from datetime import timedelta
from django.utils import timezone
from courses import attendance, enrolment
from courses.models import *
now = timezone.now()
one = TrainingClass.objects.filter(policy__number="今日演示", status="enrolling").latest("id")
for name in ("demo-learner", "demo-learner-2"):
    learner = Learner.objects.get(user__username=name)
    if not one.enrolments.filter(learner=learner).exists():
        enrolment.apply(learner=learner, training_class=one, now=now)
one.enrolments.update(admitted_at=now - timedelta(hours=6))
one.trainers.add(User.objects.get(username="demo-trainer"))
TrainingClass.objects.filter(pk=one.pk).update(
    institution=Post.objects.get(user__username="demo-institution").institution
)
lesson = one.lessons.get()
row = one.enrolments.get(learner__user__username="demo-learner")
print(attendance.lesson_name(lesson), one.number, row.number)
"""


def test_a_class_on_paper_reaches_the_learner_and_the_completion(city: City, browser: Browser) -> None:
    city.manage("shell", "-v0", "-c", HOURS_AGO)
    city.manage("renew_demo")
    said = city.manage("shell", "-v0", "-c", PLACE).strip().splitlines()[-1]
    lesson, class_number, enrolment = said.split()
    city.manage("shell", "-v0", "-c", HOURS_AGO)
    # A sheet of paper is finer than a screen.
    trainer = visitor(browser, size=DESK, device_scale_factor=4)
    enter_as(trainer, city.address, "demo-trainer")
    number = print_one(trainer, city, lesson)
    type_in(trainer, city, number)
    confirm(visitor(browser, size=DESK), city, class_number)

    learner = visitor(browser, size=PHONE)
    enter_as(learner, city.address, "demo-learner")
    learner.goto(f"{city.address}/my/enrolment/{enrolment}/lessons/")
    expect(learner.get_by_text("按纸质签到表补录，两人核对过。")).to_be_visible()
    expect(learner.get_by_text("学时已够。")).to_be_visible()
    trainer.goto(f"{city.address}/teach/class/{class_number}/completion/")
    trainer.get_by_role("button", name="提出结业").click()
    expect(trainer.get_by_text("已提出 1 人结业，等机构提交。")).to_be_visible()


def print_one(trainer: Page, city: City, lesson: str) -> str:
    """The number of the sheet, as a reader finds it in the printed code."""
    trainer.goto(f"{city.address}/teach/lesson/{lesson}/sheet/")
    trainer.get_by_role("button", name="打印新的一张").click()
    expect(trainer.locator("h1")).to_have_text("签到表")
    number = code_in(trainer, ".paper-code svg")
    assert code_in(trainer, "tbody tr:nth-child(2) .paper-row-code svg") == f"{number}-02"
    return number


def code_in(page: Page, place: str) -> str:
    return decode(page.locator(place).screenshot()).rstrip("/").rpartition("/")[2]


def type_in(trainer: Page, city: City, number: str) -> None:
    """What the hand scanner reads opens the form; one key a row; the second learner did not sign."""
    trainer.goto(f"{city.address}/teach/")
    trainer.get_by_label("表头的编号或行码").fill(number)
    trainer.keyboard.press("Enter")
    expect(trainer.locator("#in-1")).to_be_focused()
    # A row's code, as a hand scanner types it, leads to its row.
    trainer.get_by_label("扫行码，跳到那一行").fill(f"HTTPS://TIDELINE.EXAMPLE/S/{number}-02/")
    trainer.keyboard.press("Enter")
    expect(trainer.locator("#in-2")).to_be_focused()
    trainer.keyboard.press("ArrowUp")
    trainer.keyboard.press("1")
    trainer.keyboard.press("0")
    expect(trainer.locator("#photo")).to_be_focused()
    expect(trainer.get_by_text("已填 1 人")).to_be_visible()
    assert violations(trainer) == []
    picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    trainer.locator("#photo").set_input_files(picture)  # type: ignore[arg-type]
    trainer.get_by_role("button", name="保存，等另一人核对").click()
    expect(trainer.get_by_text("等另一人确认", exact=True)).to_be_visible()
    expect(trainer.get_by_role("button", name="确认勾选的行")).to_have_count(0)


def confirm(desk: Page, city: City, class_number: str) -> None:
    enter_as(desk, city.address, "demo-institution")
    desk.goto(f"{city.address}/desk/?q={class_number}&kind=sheet_confirm")
    desk.locator(".queue tbody a", has_text="打开").click()
    desk.locator(".sheet-row a", has_text="录入").first.click()
    expect(desk.get_by_text("有签名，没有扫码").first).to_be_visible()
    assert violations(desk) == []
    desk.get_by_role("button", name="确认勾选的行").click()
    expect(desk.get_by_text("已确认，计入考勤。")).to_be_visible()
