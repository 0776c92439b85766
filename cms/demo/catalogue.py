"""Institutions, venues, projects and courses of the demo city."""

from dataclasses import dataclass
from datetime import date

from cms.demo.files import table
from courses import policy as policies
from courses.models import (
    Brand,
    Course,
    District,
    Institution,
    InstitutionKind,
    Occupation,
    PolicyVersion,
    ProgrammeKind,
    Project,
    SkillLevel,
    Venue,
)

FIRST_POLICY = date(2021, 1, 1)


@dataclass(frozen=True)
class Places:
    districts: dict[str, District]
    institutions: dict[str, Institution]
    venues: dict[str, Venue]


def build_places() -> Places:
    districts = {row.key: row for row in District.objects.all()}
    kinds = {row.key: row for row in InstitutionKind.objects.all()}
    institutions = [
        Institution(**{**row, "kind": kinds[row["kind"]], "district": districts[row["district"]]})
        for row in table("institutions")
    ]
    venues = [
        Venue(**{**row, "district": districts[row["district"]], "capacity": int(row["capacity"])})
        for row in table("venues")
    ]
    Institution.objects.bulk_create(institutions)
    Venue.objects.bulk_create(venues)
    return Places(districts, {row.number: row for row in institutions}, {row.number: row for row in venues})


def build_courses() -> dict[str, Course]:
    """The forty courses, by number. Their pages are made later and publish them."""
    kinds = {row.key: row for row in ProgrammeKind.objects.all()}
    brands = {row.key: row for row in Brand.objects.all()}
    occupations = {row.key: row for row in Occupation.objects.all()}
    levels = {row.key: row for row in SkillLevel.objects.all()}
    courses = [
        Course(
            number=row["number"],
            name=row["name"],
            name_en=row["name_en"],
            kind=kinds[row["kind"]],
            brand=brands.get(row["brand"]),
            occupation=occupations.get(row["occupation"]),
            level=levels.get(row["level"]),
            hours_theory=int(row["hours_theory"]),
            hours_practice=int(row["hours_practice"]),
            hours_online=int(row["hours_online"]),
            audience=row["audience"],
            certificate=row["certificate"],
        )
        for row in table("courses")
    ]
    Course.objects.bulk_create(courses)
    return {course.number: course for course in courses}


def build_projects(*, places: Places, today: date) -> dict[str, Project]:
    """项目制 packages, by the course that they pay for."""
    found = {}
    for row in table("projects"):
        found[row["course"]] = Project.objects.create(
            number=row["number"],
            name=row["name"],
            sponsor=row["sponsor"],
            brand=Brand.objects.get(key=row["brand"]),
            district=places.districts[row["district"]],
            planned=int(row["planned"]),
            starts_on=date(today.year - 1, 1, 1),
            ends_on=date(today.year, 12, 31),
        )
    return found


def first_policy() -> PolicyVersion:
    """The version that the oldest class is pinned to; one that is in force already stays."""
    try:
        return policies.version_on(on=FIRST_POLICY)
    except PolicyVersion.DoesNotExist:
        return policies.publish(
            by=None, number="2021-1", effective_on=FIRST_POLICY, document=policies.DEFAULTS, note="缺省参数"
        )
