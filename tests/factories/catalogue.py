"""Reference rows and courses, made once and found again by their key."""

from datetime import date
from itertools import count
from typing import Any

from wagtail.signal_handlers import disable_reference_index_auto_update

from courses.models import (
    Brand,
    CommitmentText,
    ConsentNotice,
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
from courses.policy import DEFAULTS, ELIGIBILITY

_serial = count(1)


def district(key: str = "zhifu", name: str = "芝罘区", code: str = "370602") -> District:
    made, _created = District.objects.get_or_create(
        key=key, defaults={"name": name, "name_en": key.title(), "code": code, "kind": "district"}
    )
    return made


def kind(key: str = "skill", line: str = "skills", module: str = "", **fields: Any) -> ProgrammeKind:
    made, _created = ProgrammeKind.objects.get_or_create(
        key=key,
        defaults={
            "name": fields.get("name", "职业技能培训"),
            "name_en": "Skills training",
            "line": line,
            "module": module,
            "max_size": fields.get("max_size", 1000),
            "letter": fields.get("letter", "F"),
        },
    )
    return made


def brand(key: str = "lucai", name: str = "鲁菜师傅") -> Brand:
    made, _created = Brand.objects.get_or_create(
        key=key, defaults={"name": name, "name_en": "Lu Cuisine Chef", "motif": "wok"}
    )
    return made


def project(number: str = "XM-2026-01", **fields: Any) -> Project:
    """A package that pays for classes of the whole of 2026."""
    period = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    fields = {"name": "海工焊工专项", "sponsor": "市人社局", "planned": 100, **period, **fields}
    return Project.objects.create(number=number, **fields)


def occupation(key: str = "chinese-cook", name: str = "中式烹调师") -> Occupation:
    made, _created = Occupation.objects.get_or_create(
        key=key, defaults={"name": name, "name_en": "Chinese cuisine cook", "edition": "2022", "code": "4-03-02-01"}
    )
    return made


def level(key: str = "4", rank: int = 3) -> SkillLevel:
    made, _created = SkillLevel.objects.get_or_create(
        key=key, defaults={"name": f"{key} 级", "name_en": f"Level {key}", "rank": rank}
    )
    return made


def institution(number: str = "J001", name: str = "市技师学院", district: District | None = None) -> Institution:
    kind, _created = InstitutionKind.objects.get_or_create(
        key="skilled-school", defaults={"name": "技工院校", "name_en": "Skilled workers' college"}
    )
    made, _created = Institution.objects.get_or_create(
        number=number,
        defaults={
            "name": name,
            "credit_code": f"91370600MA{number:0>8}"[:18],
            "kind": kind,
            "district": district or globals()["district"](),
        },
    )
    return made


# No page refers to what a test has just made, and to look for it takes as long as all the rest.
@disable_reference_index_auto_update()
def venue(number: str = "C001", district: District | None = None) -> Venue:
    made, _created = Venue.objects.get_or_create(
        number=number,
        defaults={
            "name": "市技师学院 3 号楼",
            "district": district or globals()["district"](),
            "address": "芝罘区海港路 1 号",
            "capacity": 60,
        },
    )
    return made


@disable_reference_index_auto_update()
def course(number: str = "", name: str = "中式烹调师（四级）", **fields: Any) -> Course:
    values: dict[str, Any] = {
        "name": name,
        "name_en": "Chinese cuisine cook (level 4)",
        "kind": fields.pop("kind", None) or kind(),
        "brand": fields.pop("brand", None) or brand(),
        "occupation": fields.pop("occupation", None) or occupation(),
        "level": fields.pop("level", None) or level(),
        "hours_theory": 16,
        "hours_practice": 24,
        **fields,
    }
    return Course.objects.create(number=number or f"k{next(_serial):04d}", **values)


def policy(number: str = "v1", effective_on: str = "2020-01-01", **changes: Any) -> PolicyVersion:
    """The first version as it is delivered; any other number is an exception that asks for neither scores nor works."""
    own = {} if number == "v1" else {"assessments": {}}
    made, _created = PolicyVersion.objects.get_or_create(
        number=number,
        defaults={
            "effective_on": effective_on,
            "document": {**DEFAULTS, **own, **changes},
            "is_exception": number != "v1",
        },
    )
    return made


def lenient_policy() -> PolicyVersion:
    """Under which a class is submitted whose hours, trainers or file are not what its test is about."""
    off = ("hours", "trainers", "day_hours", "overlap", "lead", "trade", "certificates")
    return policy("lenient", **{f"check_{name}": "off" for name in off})


def unchecked_policy() -> PolicyVersion:
    """Under which a class is opened that a test begins with: nothing of its opening is checked."""
    return policy("unchecked", **{key: "off" for key in DEFAULTS if key.startswith("check_")})


def unexamined_policy() -> PolicyVersion:
    """The first version without what it asks beside the hours: for tests that are not about scores and works."""
    return policy("unexamined")


def second_time_policy() -> PolicyVersion:
    """Under which a seat is given although the module was done: for tests of what the ledger says then."""
    return policy("second-time", eligibility={**ELIGIBILITY, "same_module": "warn"})


def commitment_text() -> CommitmentText:
    made, _created = CommitmentText.objects.get_or_create(
        number="2020-1", defaults={"effective_on": "2020-01-01", "body": "本机构承诺材料真实。"}
    )
    return made


def consent_notice(key: str) -> ConsentNotice:
    return ConsentNotice.objects.get_or_create(
        key=key, version="1.0", defaults={"title": key, "title_en": key, "text": key, "text_en": key}
    )[0]
