"""补课 in a real browser: a missed lesson is suggested in another class, asked for, agreed to, heard there, and counted
in the own class by somebody else."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import DESK, PHONE, enter_as, violations, visitor
from tests.journeys.city import City

pytestmark = pytest.mark.browser

# The demo learner has missed the last lesson of a class that the demo trainer teaches; another class of the course,
# run by the demo institution, will teach it tomorrow and has a seat. Neither has a lesson at this hour, at which the
# demo learner goes to today's class.
PLACE = """
import json
from datetime import timedelta
from django.db.models import F
from django.utils import timezone
from courses import attendance
from courses.models import *
now = timezone.now().replace(second=0, microsecond=0)
over = Lesson.objects.filter(ends_at__lt=now, ends_at__gt=now - timedelta(days=6), status="planned")
ahead = Lesson.objects.filter(starts_at__gt=now + timedelta(hours=1), status="planned")
busy = Lesson.objects.filter(starts_at__lt=now + timedelta(hours=3), ends_at__gt=now - timedelta(hours=3))
learner = Learner.objects.get(user__username="demo-learner")
own = TrainingClass.objects.filter(
    status="running", pk__in=over.values("training_class"), enrolments__status="admitted"
).exclude(enrolments__learner=learner).exclude(pk__in=busy.values("training_class")).distinct().first()
own.trainers.add(User.objects.get(username="demo-trainer"))
row = own.enrolments.filter(status="admitted").first()
Enrolment.objects.filter(pk=row.pk).update(learner=learner, admitted_at=now - timedelta(days=60))
missed = over.filter(training_class=own).latest("starts_at")
school = Post.objects.get(user__username="demo-institution").institution
there = TrainingClass.objects.filter(pk__in=ahead.values("training_class"), status__in=("enrolling", "running"))
there = there.exclude(pk=own.pk).exclude(enrolments__learner=learner).exclude(policy__number="今日演示")
there = there.exclude(pk__in=busy.values("training_class")).first()
TrainingClass.objects.filter(pk=there.pk).update(course=own.course_id, institution=school, seats=F("taken") + 1)
heard = ahead.filter(training_class=there).earliest("starts_at")
start = now + timedelta(days=1)
Lesson.objects.filter(pk=heard.pk).update(
    title=missed.title, starts_at=start, ends_at=start + timedelta(minutes=missed.minutes)
)
print(json.dumps({"enrolment": row.number, "missed": missed.number, "minutes": missed.minutes, "own": own.number,
                  "there": there.number, "heard": heard.number}))
"""
# A day later: the lesson was over some hours ago, at a time at which the learner was nowhere else.
HEARD = """
from datetime import timedelta
from django.utils import timezone
from courses.models import *
now = timezone.now().replace(second=0, microsecond=0)
heard = Lesson.objects.get(training_class__number="{there}", number={heard})
length = heard.ends_at - heard.starts_at
seen = Attendance.objects.filter(learner__user__username="demo-learner", in_at__isnull=False)
starts = (now - length - timedelta(minutes=10 * step) for step in range(1, 100))
start = next(at for at in starts if not seen.filter(lesson__starts_at__lt=at + length, lesson__ends_at__gt=at).exists())
Lesson.objects.filter(pk=heard.pk).update(starts_at=start, ends_at=start + length)
"""


def test_a_missed_lesson_is_heard_in_another_class_and_counts_in_ones_own(city: City, browser: Browser) -> None:
    facts = json.loads(city.manage("shell", "-v0", "-c", PLACE).strip().splitlines()[-1])
    phone = visitor(browser, size=PHONE)
    enter_as(phone, city.address, "demo-learner")
    before = hours(phone, city, facts)
    lesson = phone.locator(f"#lesson-{facts['missed']}")
    lesson.get_by_text("别的班还会讲这一课").click()
    assert violations(phone) == []
    lesson.get_by_role("listitem").filter(has_text=facts["there"]).get_by_role("button", name="申请去听").click()
    expect(phone.get_by_text("已申请，等对方班同意。")).to_be_visible()
    expect(lesson).to_contain_text("等对方班同意")
    expect(lesson.get_by_role("button", name="撤回补课")).to_be_visible()
    assert violations(phone) == []

    desk = visitor(browser, size=DESK)
    enter_as(desk, city.address, "demo-institution")
    desk.goto(f"{city.address}/desk/?q={facts['there']}")
    expect(desk.locator(".queue tbody tr").filter(has_text="份补课")).to_have_count(1)
    desk.goto(f"{city.address}/desk/class/{facts['there']}/requests/")
    assert violations(desk) == []
    desk.get_by_role("button", name="同意来听课").click()
    expect(desk.get_by_text("下课后在这里登记听课时间。")).to_be_visible()
    phone.reload()
    expect(lesson).to_contain_text("可以去听课")

    city.manage("shell", "-v0", "-c", HEARD.format(**facts))
    desk.reload()
    assert violations(desk) == []
    desk.get_by_role("button", name="登记听课时间").click()
    expect(desk.get_by_text("已办理，学员在「我的课次」看得到。")).to_be_visible()
    assert hours(phone, city, facts) == before
    expect(lesson).to_contain_text("已听课，等本班确认")

    trainer = visitor(browser, size=PHONE)
    enter_as(trainer, city.address, "demo-trainer")
    trainer.goto(f"{city.address}/teach/class/{facts['own']}/requests/")
    assert violations(trainer) == []
    trainer.get_by_role("button", name="计入补课").click()
    expect(trainer.get_by_text("已办理，学员在「我的课次」看得到。")).to_be_visible()
    assert hours(phone, city, facts) == pytest.approx(before + facts["minutes"] / 45, abs=0.1)
    expect(lesson).to_contain_text("补课：已计入")
    expect(lesson.get_by_text("别的班还会讲这一课")).to_have_count(0)
    assert violations(phone) == []


def hours(phone: Page, city: City, facts: dict[str, str]) -> float:
    """学时 that the learner has in the own class."""
    phone.goto(f"{city.address}/my/enrolment/{facts['enrolment']}/lessons/")
    return float(phone.locator(".hours .figure").inner_text())
