"""The plan on a course's page and the lessons of its classes are one count."""

from datetime import date

import pytest

from cms.demo.files import course_texts, table
from cms.demo.timetable import ONLINE, in_lessons, lessons_from
from courses.models import Course

HOURS = ("hours_theory", "hours_practice", "hours_online")
COURSES = {
    row["number"]: Course(number=row["number"], **{part: int(row[part]) for part in HOURS}) for row in table("courses")
}


@pytest.mark.parametrize("offer", table("offers"), ids=lambda offer: f"{offer['course']}-{offer['institution']}")
def test_each_lesson_of_a_class_is_named_for_the_row_of_the_plan_that_it_stands_in(offer: dict[str, str]) -> None:
    course = COURSES[offer["course"]]
    plan = course_texts()[course.number]["plan"]
    told = list(zip(in_lessons(course=course, pattern=offer["pattern"]), plan, strict=True))
    rows = [
        (*map(int, numbers.split("–")), text.partition("：")[0]) for numbers, (text, _) in told if numbers != ONLINE
    ]
    assert [text for numbers, (text, _) in told if numbers == ONLINE] == [
        text for text, _ in plan if text.startswith(ONLINE)
    ]
    titles = [lesson.title for lesson in lessons_from(course=course, pattern=offer["pattern"], start=date(2026, 3, 5))]
    assert rows[-1][-2] == len(titles)
    for number, title in enumerate(titles, start=1):
        assert title in {row[-1] for row in rows if row[0] <= number <= row[-2]}
