"""The results of a scan in the demo city: green on a bound phone, amber for a second learner on the same phone."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.journeys.browser import enter_as
from tests.journeys.city import City

# Whoever walked the demo class before, it was hours ago: each call starts with a class that nobody has scanned into.
# Their browsers were bound the day before, as a learner binds only so many in one day.
HOURS_AGO = """
from datetime import timedelta
from django.db.models import F
from courses.models import Device, Lesson
ago = timedelta(hours=3)
walked = Lesson.objects.filter(training_class__course__number__startswith="today-")
walked.update(starts_at=F("starts_at") - ago, ends_at=F("ends_at") - ago)
Device.objects.update(bound_at=F("bound_at") - timedelta(days=1))
"""

# A place in today's class for both learners, and a code of the moment, as a projector would show it.
SCAN = """
from django.utils import timezone
from courses import attendance, enrolment, policy
from courses.models import Learner, TrainingClass
now = timezone.now()
demo = TrainingClass.objects.filter(policy__number="今日演示", status="enrolling").latest("id")
for name in ("demo-learner", "demo-learner-2"):
    learner = Learner.objects.get(user__username=name)
    if not demo.enrolments.filter(learner=learner).exists():
        enrolment.apply(learner=learner, training_class=demo, now=now)
lesson = demo.lessons.get()
held = policy.of_class(training_class=demo, on=policy.local_date(now))
print(attendance.issue(lesson=lesson, direction="in", policy=held, now=now).text)
"""
RESULTS = (("demo-learner", "scan-success", "签到成功"), ("demo-learner-2", "scan-confirm", "请老师确认一下"))


def renew(city: City) -> None:
    """A demo class that began five minutes ago and that nobody has scanned into."""
    city.manage("shell", "-v0", "-c", HOURS_AGO)
    city.manage("renew_demo")


def results(page: Page, city: City) -> Iterator[str]:
    """Brings the page to each result in turn and gives its name."""
    renew(city)
    for user, name, heading in RESULTS:
        enter_as(page, city.address, user)
        code = city.manage("shell", "-v0", "-c", SCAN).strip().splitlines()[-1]
        page.goto(f"{city.address}/C/{code}")
        expect(page.locator("h1")).to_contain_text(heading)
        yield name
