"""The editable reference lists: which columns each file has, and which table it fills."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models

from courses.models import (
    Brand,
    ConsentNotice,
    District,
    DocumentKind,
    EducationLevel,
    Holiday,
    InstitutionKind,
    LearnerCategory,
    Occupation,
    ProgrammeKind,
    SkillLevel,
    Target,
    TrainingNeed,
)
from courses.models.catalogue import Named

NAMED = ("key", "name", "name_en")


@dataclass(frozen=True)
class Listing:
    """One file: its columns in order, what makes a row unique, and the table it fills.

    ``stored`` is false for lists that have no table: they are checked against the fields of ``model`` and not written.
    ``sealed`` columns of a row that is already in the database may not change: people relied on what they read.
    ``among`` narrows the table to the rows that the file speaks of.
    """

    file: str
    model: type[models.Model]
    columns: tuple[str, ...]
    key: tuple[str, ...] = ("key",)
    patterns: dict[str, str] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    stored: bool = True
    among: dict[str, Any] = field(default_factory=dict)


LISTINGS = (
    Listing(
        "districts.csv", District, ("key", "code", "name", "name_en", "kind", "order"), patterns={"code": r"\d{6}"}
    ),
    Listing(
        "programme_kinds.csv",
        ProgrammeKind,
        (*NAMED, "line", "module", "default_hours", "min_hours", "max_size", "is_online", "letter"),
        patterns={"letter": r"[A-Z]{1,2}"},
        unique=("letter",),
    ),
    Listing("brands.csv", Brand, (*NAMED, "motif", "slogan", "slogan_en", "districts")),
    Listing(
        "occupations.csv",
        Occupation,
        ("key", "edition", "code", "name", "name_en", "job"),
        patterns={"code": r"\d-\d{2}-\d{2}-\d{2}"},
    ),
    Listing("levels.csv", SkillLevel, (*NAMED, "rank"), unique=("rank",)),
    Listing("categories.csv", LearnerCategory, (*NAMED, "proof", "proof_en", "sensitive")),
    Listing("education.csv", EducationLevel, NAMED),
    Listing("document_kinds.csv", DocumentKind, NAMED),
    Listing("institution_kinds.csv", InstitutionKind, NAMED),
    Listing("holidays.csv", Holiday, ("date", "kind", "name", "name_en", "provisional"), key=("date",)),
    Listing(
        "consent_notices.csv",
        ConsentNotice,
        ("key", "version", "title", "title_en", "text", "text_en"),
        key=("key", "version"),
        sealed=("title", "title_en", "text", "text_en"),
    ),
    Listing(
        "targets.csv",
        Target,
        ("year", "line", "district", "version", "amount", "source"),
        key=("year", "line", "district", "version"),
        sealed=("amount", "source"),
        among={"institution": None, "brand": None, "project": None},
    ),
    Listing(
        "training_needs.csv",
        TrainingNeed,
        (
            *("key", "version", "effective_on", "name", "name_en"),
            *("kind", "occupation", "level", "planned", "withdrawn"),
        ),
        key=("key", "version"),
        sealed=("effective_on", "name", "name_en", "kind", "occupation", "level", "planned", "withdrawn"),
    ),
    Listing("departments.csv", Named, NAMED, stored=False),
    Listing("certificate_kinds.csv", Named, NAMED, stored=False),
    Listing("mark_reasons.csv", Named, NAMED, stored=False),
)
