"""Reference rows and courses, made once and found again by their key."""

from datetime import date
from itertools import count
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import Model
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
_Row = TypeVar("_Row", bound=Model)
# Rows of lists that this test has asked for, each with the savepoints that it was made within: to take these back takes
# the row along. None outside a test, where nothing says until when they hold.
_asked: dict[tuple[type[Model], str], tuple[Model, list[str]]] | None = None


def remember() -> None:
    """From now on a row of a list is looked for once: to find again what nobody changes was a fifth of a class."""
    global _asked  # noqa: PLW0603
    _asked = {}


def forget() -> None:
    global _asked  # noqa: PLW0603
    _asked = None


def _row(model: type[_Row], key: str, *, defaults: dict[str, Any], by: str = "key") -> _Row:
    within = list(connection.savepoint_ids)
    if _asked is not None and (model, key) in _asked:
        found, made_within = _asked[model, key]
        if within[: len(made_within)] == made_within:
            return cast("_Row", found)
    made, _created = model._default_manager.get_or_create(**{by: key}, defaults=defaults)
    if _asked is not None:
        _asked[model, key] = made, within
    return made


def district(key: str = "zhifu", name: str = "芝罘区", code: str = "370602") -> District:
    own = {"name": name, "name_en": key.title(), "code": code, "kind": "district"}
    return _row(District, key, defaults=own)


def kind(key: str = "skill", line: str = "skills", module: str = "", **fields: Any) -> ProgrammeKind:
    own = {
        "name": fields.get("name", "职业技能培训"),
        "name_en": "Skills training",
        "line": line,
        "module": module,
        "max_size": fields.get("max_size", 1000),
        "letter": fields.get("letter", "F"),
    }
    return _row(ProgrammeKind, key, defaults=own)


def brand(key: str = "lucai", name: str = "鲁菜师傅") -> Brand:
    return _row(Brand, key, defaults={"name": name, "name_en": "Lu Cuisine Chef", "motif": "wok"})


def project(number: str = "XM-2026-01", **fields: Any) -> Project:
    """A package that pays for classes of the whole of 2026."""
    period = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    fields = {"name": "海工焊工专项", "sponsor": "市人社局", "planned": 100, **period, **fields}
    return Project.objects.create(number=number, **fields)


def occupation(key: str = "chinese-cook", name: str = "中式烹调师") -> Occupation:
    own = {"name": name, "name_en": "Chinese cuisine cook", "edition": "2022", "code": "4-03-02-01"}
    return _row(Occupation, key, defaults=own)


def level(key: str = "4", rank: int = 3) -> SkillLevel:
    return _row(SkillLevel, key, defaults={"name": f"{key} 级", "name_en": f"Level {key}", "rank": rank})


def institution(number: str = "J001", name: str = "市技师学院", district: District | None = None) -> Institution:
    kind = _row(InstitutionKind, "skilled-school", defaults={"name": "技工院校", "name_en": "Skilled workers' college"})
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
    defaults = {
        "effective_on": effective_on,
        "document": {**DEFAULTS, **own, **changes},
        "is_exception": number != "v1",
    }
    return _row(PolicyVersion, number, by="number", defaults=defaults)


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
    own = {"effective_on": "2020-01-01", "body": "本机构承诺材料真实。"}
    return _row(CommitmentText, "2020-1", by="number", defaults=own)


def consent_notice(key: str) -> ConsentNotice:
    return ConsentNotice.objects.get_or_create(
        key=key, version="1.0", defaults={"title": key, "title_en": key, "text": key, "text_en": key}
    )[0]
