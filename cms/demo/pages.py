"""Pages of the demo city: one for every course, and the articles that a home page needs."""

from datetime import date, timedelta
from typing import Any

from cms import publishing
from cms.demo.classes import OPEN
from cms.demo.files import course_texts, facts, table
from cms.demo.telling import Telling
from cms.demo.timetable import in_lessons
from courses.models import Course

# Of a course that nobody offers yet: four hours a lesson.
USUAL = "mornings"


def build_pages(*, courses: dict[str, Course], telling: Telling, today: date) -> None:
    publishing.frame()
    for number, course in telling.count(list(courses.items())):
        publishing.publish_course(course=course, **course_page(course=course, text=course_texts().get(number, {})))
    for article in facts("articles")["articles"]:
        _publish_article(article, today)


def course_page(*, course: Course, text: dict[str, Any]) -> dict[str, Any]:
    """The fields of a course page: what is learnt hour by hour, the story, what to bring, questions and answers."""
    answers = facts("articles")["answers"]
    shared = [answers[key] for key in text.get("ask", _asked_of(course))]
    return {
        "lead": text.get("lead", ""),
        "plan": _plan(course, text.get("plan", [])),
        "story": [("paragraph", _rich(f"<p>{paragraph}</p>")) for paragraph in text.get("story", [])],
        "bring": text.get("bring", ["身份证原件"]),
        "faq": [tuple(pair) for pair in [*text.get("faq", []), *shared]],
    }


def _asked_of(course: Course) -> list[str]:
    if course.kind.is_online:
        return ["online", "free"]
    return ["absent", "free"] if course.kind.line != "own" else ["absent"]


def _plan(course: Course, parts: list[list[Any]]) -> list[tuple[str, str, int]]:
    """(课次 as a range, 内容, 学时), as the class that can be joined now meets, or else the first that was offered."""
    offers = {row["institution"]: row["pattern"] for row in table("offers") if row["course"] == course.number}
    scenes = [row for row in table("scenes") if row["course"] == course.number and row["state"] in OPEN]
    pattern = next((offers[row["institution"]] for row in scenes), next(iter(offers.values()), USUAL))
    lessons = in_lessons(course=course, pattern=pattern)
    return [(lesson, text, hours) for lesson, (text, hours) in zip(lessons, parts, strict=True)]


def _publish_article(article: dict[str, Any], today: date) -> None:
    on = today - timedelta(days=article["days_ago"])
    more: dict[str, Any] = {key: article[key] for key in ("summary", "quote", "speaker") if key in article}
    if "shown_days" in article:
        more["shown_until"] = today + timedelta(days=article["shown_days"])
    values = {"year": on.year, "month": on.month, "day": on.day, "last_month": (on.replace(day=1) - timedelta(1)).month}
    publishing.publish_article(
        slug=article["slug"],
        title=article["title"].format(**values),
        kind=article["kind"],
        on=on,
        body=[(kind, text.format(**values) if isinstance(text, str) else text) for kind, text in article["body"]],
        **more,
    )


def _rich(html: str) -> Any:
    return publishing.rich(html)
