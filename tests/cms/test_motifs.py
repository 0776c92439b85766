"""The drawn cover of a course: its own, and the same every time."""

from cms import motifs
from cms.demo.files import table
from courses.models import Brand, Course, Line, ProgrammeKind


def course(number: str, **fields: object) -> Course:
    return Course(number=number, kind=ProgrammeKind(line=Line.SKILLS), **fields)


def test_each_of_the_demo_citys_courses_has_a_cover_of_its_own() -> None:
    numbers = [row["number"] for row in table("courses")]
    covers = {motifs.cover_of(course(number)) for number in numbers}
    assert len(numbers) == 40
    assert len(covers) == 40
    assert len({cover.beam for cover in covers}) > 35
    assert {cover.depth for cover in covers} == {0, 4, 8, 12, 16}


def test_the_cover_of_a_course_stays_and_its_motif_is_the_brands() -> None:
    cook = course("lucai-cook-4", brand=Brand(motif="wok"))
    assert motifs.cover_of(cook) == motifs.cover_of(course("lucai-cook-4", brand=Brand(motif="wok")))
    assert motifs.cover_of(cook).motif == "wok"
