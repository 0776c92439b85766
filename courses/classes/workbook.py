"""The timetable of a class as a workbook that `timetable.py` reads again: to be changed and sent back."""

import io
from typing import IO

import xlsxwriter

from courses.classes.timetable import COLUMNS, PARTS
from courses.models import Lesson, Post, TrainingClass, User
from courses.policy import CITY_TIME

WIDTHS = {"title": 28, "room": 20, "trainer_id": 24, "materials": 36}
USUAL = 14


def timetable_workbook(*, training_class: TrainingClass, hour_minutes: int) -> IO[bytes]:
    """Its lessons under the columns of the form, all as text but the hours; nobody's number is filled in."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("课程表")
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "bottom": 2, "bg_color": "#E8EFF3"})
    for place, (key, column) in enumerate(COLUMNS.items()):
        page.set_column(place, place, WIDTHS.get(key, USUAL), None if key == "hours" else text)
        page.write_string(0, place, column.name, head)
    trainers = _names(training_class)
    lessons = training_class.lessons.filter(status=Lesson.Status.PLANNED).order_by("number")
    for row, lesson in enumerate(lessons, start=1):
        cells = _cells(lesson, trainers)
        for place, key in enumerate(COLUMNS):
            if key == "hours":
                page.write_number(row, place, round(lesson.minutes / hour_minutes, 2))
            else:
                page.write_string(row, place, cells.get(key, ""), text)
    page.freeze_panes(1, 0)
    book.close()
    file.seek(0)
    return file


def _names(training_class: TrainingClass) -> dict[int | None, str]:
    """Trainers of the institution by id: the name, or the account where two have it."""
    posts = Post.objects.filter(role=Post.Role.TRAINER, institution=training_class.institution_id)
    known = list(User.objects.filter(pk__in=posts.values("user")))
    names = [one.name for one in known]
    return {one.pk: one.name if one.name and names.count(one.name) == 1 else one.username for one in known}


def _cells(lesson: Lesson, trainers: dict[int | None, str]) -> dict[str, str]:
    starts, ends = lesson.starts_at.astimezone(CITY_TIME), lesson.ends_at.astimezone(CITY_TIME)
    return {
        "date": f"{starts:%Y-%m-%d}",
        "title": lesson.title,
        "starts": f"{starts:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "room": lesson.room,
        "trainer": trainers.get(lesson.trainer_id, ""),
        "materials": lesson.materials,
        "part": PARTS[Lesson.Part(lesson.part)],
    }
