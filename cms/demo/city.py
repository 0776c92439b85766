"""The demo city as a whole."""

from datetime import datetime

from cms.demo.aftercare import look_after
from cms.demo.camps import build_scoring
from cms.demo.catalogue import build_courses, build_places, build_projects, first_policy
from cms.demo.claims import ask_and_contest
from cms.demo.closes import close_months
from cms.demo.completions import build_completions
from cms.demo.counts import load_years_before
from cms.demo.history import Cast, build_classes, build_presence, hand_out, teachers_of
from cms.demo.institutions import build_bases, build_files, change_needs
from cms.demo.messages import tell_guests
from cms.demo.pages import build_pages
from cms.demo.people import build_staff, newcomer
from cms.demo.telling import Telling
from cms.demo.wishes import move_seats
from courses.policy import local_date


def build(*, now: datetime, telling: Telling, share: float = 1.0) -> None:
    """Everything, in the order in which one thing needs the other. Expects the reference lists and no course.

    `share` makes the past smaller, not poorer: every scene of today is there with fewer people.
    """
    telling.step("机构、人员和课程 institutions, people, courses")
    first_policy()
    places = build_places()
    staff = build_staff(places=places, now=now)
    courses = build_courses()
    projects = build_projects(places=places, today=local_date(now))
    cast = Cast(places=places, courses=courses, projects=projects, staff=staff, now=now)
    handled = hand_out(cast=cast, share=share)
    build_files(places=places, courses=courses, teachers=teachers_of(handled), now=now)
    build_bases(places=places)
    change_needs(now=now)
    newcomer(now=now)
    telling.step("课程页 course pages")
    build_pages(courses=courses, telling=telling, today=local_date(now))
    telling.step("班次和报名 classes and enrolments")
    staged = build_classes(cast=cast, handled=handled, telling=telling)
    tell_guests(staged=staged, now=now)
    build_scoring(staged=staged, staff=staff, now=now)
    telling.step("到课 attendance")
    build_presence(staged=staged, telling=telling, now=now)
    ask_and_contest(staged=staged, now=now)
    move_seats(staged=staged, now=now)
    telling.step("结业和计数 completions and counts")
    build_completions(staged=staged, staff=staff, telling=telling, now=now)
    telling.step("回访和以前年度的台账 call-backs, the years before")
    look_after(staff=staff, now=now)
    load_years_before(by=staff["bureau-16"], now=now, share=share)
    telling.step("月结和抽查 closes and samples")
    close_months(staff=staff, now=now)
    telling.done()
