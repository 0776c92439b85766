"""The reverse scan: a phone without signal shows its code; the trainer types or photographs it, a kiosk reads it."""

import re
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import DESK, PHONE, enter_as, visitor
from tests.journeys.city import City
from tests.journeys.scans import HOURS_AGO

pytestmark = pytest.mark.browser

# A place in today's class; tells the lesson's six characters.
SEAT = """
from django.utils import timezone
from courses import attendance, enrolment
from courses.models import Learner, TrainingClass
demo = TrainingClass.objects.filter(policy__number="今日演示", status="enrolling").latest("id")
learner = Learner.objects.get(user__username="demo-learner")
if not demo.enrolments.filter(learner=learner).exists():
    enrolment.apply(learner=learner, training_class=demo, now=timezone.now())
print(attendance.lesson_name(demo.lessons.get()))
"""


def test_a_phone_without_signal_is_scanned_by_the_trainer_and_at_a_kiosk(city: City, browser: Browser) -> None:
    city.manage("shell", "-v0", "-c", HOURS_AGO)
    city.manage("renew_demo")
    lesson = city.manage("shell", "-v0", "-c", SEAT).strip().splitlines()[-1]
    phone = prepared(visitor(browser, size=PHONE), city)
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator("#mycode")).not_to_have_attribute("data-fresh", "")
    text = drawn(phone)
    trainer = visitor(browser, size=PHONE)
    enter_as(trainer, city.address, "demo-trainer")
    trainer.goto(f"{city.address}/teach/lesson/{lesson}/scan/")
    expect(trainer.locator("#people-code")).to_be_focused()
    trainer.keyboard.type(text)
    trainer.keyboard.press("Enter")
    expect(trainer.locator("body")).to_have_class(re.compile("scan-go"))
    expect(trainer.locator("#people-result h1")).to_have_text("到了")
    photograph(trainer, phone)
    expect(trainer.locator("#people-result h1")).to_have_text("已签到过")
    trainer.keyboard.type("NONSENSE")
    trainer.keyboard.press("Enter")
    expect(trainer.locator("body")).to_have_class(re.compile("scan-stop"))
    at_a_kiosk(trainer, visitor(browser, size=DESK), phone, city, lesson)


def prepared(phone: Page, city: City) -> Page:
    """Opened once with signal, as on the way to class."""
    enter_as(phone, city.address, "demo-learner")
    phone.goto(f"{city.address}/my/code/")
    expect(phone.locator("#mycode")).to_have_attribute("data-kept", "")
    return phone


def drawn(phone: Page) -> str:
    """What a reader sees on the screen is what the page says it shows."""
    expect(phone.locator("#mycode-qr canvas")).to_be_visible()
    found = zxingcpp.read_barcodes(Image.open(BytesIO(phone.screenshot())))
    assert [one.text for one in found] == [phone.locator("#mycode").get_attribute("data-code")]
    return str(found[0].text)


def photograph(trainer: Page, phone: Page) -> None:
    picture = {"name": "a.png", "mimeType": "image/png", "buffer": phone.screenshot()}
    trainer.locator("#people-file").set_input_files(picture)


def at_a_kiosk(trainer: Page, kiosk: Page, phone: Page, city: City, lesson: str) -> None:
    """The machine is opened by the code of the trainer's phone; a hand scanner types and presses Enter."""
    trainer.goto(f"{city.address}/teach/lesson/{lesson}/kiosk/")
    trainer.get_by_role("button", name="给这次课开一台").click()
    code = trainer.locator(".kiosk-code").inner_text()
    kiosk.goto(f"{city.address}/kiosk/")
    kiosk.locator("#opening").fill(code)
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator("#people-code")).to_be_focused()
    kiosk.keyboard.type(drawn(phone))
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator("#people-result h1")).to_have_text("已签到过")
    trainer.get_by_role("button", name="停用").click()
    kiosk.keyboard.type(drawn(phone))
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator("#people-result")).to_contain_text("扫码台已停用")
