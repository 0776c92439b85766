"""请假和异议: a learner asks and contests on the phone, the trainer answers, the institution decides, and all is read
again."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import DESK, PHONE, enter_as, violations, visitor
from tests.journeys.city import City

pytestmark = pytest.mark.browser

# A class that runs, taught and run by the demo accounts, in which the demo learner has missed the last lesson. It has
# none at this hour, at which the demo learner goes to today's class.
PLACE = """
from datetime import timedelta
from django.utils import timezone
from courses.models import *
now = timezone.now()
over = Lesson.objects.filter(ends_at__lt=now, ends_at__gt=now - timedelta(days=6), status="planned")
ahead = Lesson.objects.filter(starts_at__gt=now + timedelta(hours=1), status="planned")
busy = Lesson.objects.filter(starts_at__lt=now + timedelta(hours=3), ends_at__gt=now - timedelta(hours=3))
learner = Learner.objects.get(user__username="demo-learner")
one = TrainingClass.objects.filter(
    status="running", pk__in=over.values("training_class"), enrolments__status="admitted"
).filter(pk__in=ahead.values("training_class")).exclude(enrolments__learner=learner).distinct()
one = one.exclude(pk__in=busy.values("training_class")).first()
one.trainers.add(User.objects.get(username="demo-trainer"))
TrainingClass.objects.filter(pk=one.pk).update(
    institution=Post.objects.get(user__username="demo-institution").institution
)
row = one.enrolments.filter(status="admitted").first()
Enrolment.objects.filter(pk=row.pk).update(learner=learner, admitted_at=now - timedelta(days=60))
print(row.number, over.filter(training_class=one).latest("starts_at").number, one.number)
"""


def test_leave_and_a_dispute_go_their_way_and_both_answers_are_read(city: City, browser: Browser) -> None:
    said = city.manage("shell", "-v0", "-c", PLACE).strip().splitlines()[-1]
    enrolment, lesson, number = said.split()
    phone = visitor(browser, size=PHONE)
    enter_as(phone, city.address, "demo-learner")
    phone.goto(f"{city.address}/my/enrolment/{enrolment}/lessons/")
    assert violations(phone) == []
    phone.get_by_role("link", name="请假", exact=True).click()
    phone.get_by_role("button", name="提交请假").click()
    expect(phone.get_by_role("alert")).to_be_focused()
    assert violations(phone) == []
    phone.locator("input[name=lessons]").last.check()
    phone.get_by_label("病假").check()
    phone.get_by_label("原因").fill("发烧，去医院")
    phone.get_by_role("button", name="提交请假").click()
    expect(phone.get_by_text("等老师决定", exact=True)).to_be_visible()
    phone.goto(f"{city.address}/my/enrolment/{enrolment}/lessons/")
    phone.locator(f"#lesson-{lesson}").get_by_role("link", name="记录不对？提异议").click()
    phone.get_by_label("理由").fill("我全程都在，手机没电")
    phone.get_by_role("button", name="提交异议").click()
    expect(phone.get_by_role("button", name="撤回异议")).to_be_visible()
    assert violations(phone) == []
    contested = phone.url

    trainer = visitor(browser, size=PHONE)
    enter_as(trainer, city.address, "demo-trainer")
    trainer.goto(f"{city.address}/teach/class/{number}/requests/")
    assert violations(trainer) == []
    trainer.get_by_role("button", name="同意请假").click()
    trainer.get_by_label("答复", exact=True).fill("当天见过")
    trainer.get_by_role("button", name="同意更正", exact=True).click()
    expect(trainer.get_by_text("已答复，等机构决定。")).to_be_visible()

    desk = visitor(browser, size=DESK)
    enter_as(desk, city.address, "demo-institution")
    desk.goto(f"{city.address}/desk/class/{number}/requests/")
    assert violations(desk) == []
    desk.get_by_label("决定").select_option("present")
    desk.get_by_label("理由（学员看得到）").fill("教师证明")
    desk.get_by_role("button", name="决定并通知学员").click()
    expect(desk.get_by_text("已决定，并通知本人。")).to_be_visible()

    phone.goto(contested)
    expect(phone.get_by_text("当天见过")).to_be_visible()
    expect(phone.get_by_text("教师证明")).to_be_visible()
    expect(phone.locator(".summary")).to_contain_text("已到")
    assert violations(phone) == []
