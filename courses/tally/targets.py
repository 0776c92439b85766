"""Targets in 人次: what a year owes by line, and within it by district, institution, brand and project, in versions.

The highest version of a cell holds; the earlier ones stay. Districts add up to the city and institutions to their
district; brands and projects are part of the whole that they are cut from.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses.models import Brand, District, Institution, Line, Project, Target, User
from courses.policy import CITY_TIME
from courses.refusals import Refused

AMOUNT_MAX = 1_000_000


class TargetRefusal(StrEnum):
    SOURCE_MISSING = "source_missing"
    OVERTAKEN = "overtaken"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    NO_DISTRICT = "no_district"
    NOT_A_NUMBER = "not_a_number"
    TAKEN_OUT = "taken_out"
    NOTHING_NEW = "nothing_new"


class TargetRefused(Refused):
    sentences = {
        TargetRefusal.SOURCE_MISSING: _("请写明依据，目标未保存。"),
        TargetRefusal.OVERTAKEN: _("刚刚有人改过这个目标，未保存。请刷新后再改。"),
        TargetRefusal.UNKNOWN: _("没有「%(key)s」，未保存。请核对区市、机构编号、品牌或项目编号。"),
        TargetRefusal.ELSEWHERE: _("机构 %(key)s 不在这个区市，未保存。请核对。"),
        TargetRefusal.NO_DISTRICT: _("机构的目标要写明区市，未保存。请补上区市。"),
        TargetRefusal.NOT_A_NUMBER: _("「%(value)s」不是 0 到 1,000,000 的整数，未保存。请改正。"),
        TargetRefusal.TAKEN_OUT: _("已有的目标不能留空，未保存。不再要求时请填 0。"),
        TargetRefusal.NOTHING_NEW: _("没有改动，未另存新版。请改了数字再保存。"),
    }


@dataclass(frozen=True, order=True)
class Cell:
    """What a target is for, by the keys that the ledger keeps; without a district it is the whole city's."""

    line: str
    district: str = ""
    institution: str = ""
    brand: str = ""
    project: str = ""

    @property
    def cut(self) -> str:
        """By what the cell is cut from the whole above it: the last of its dimensions, "" for the city."""
        return next((name for name in reversed(DIMENSIONS) if getattr(self, name)), "")

    @property
    def parent(self) -> "Cell | None":
        """The cell without its last dimension; an institution's is its district."""
        return Cell(**{**vars(self), self.cut: ""}) if self.cut else None


DIMENSIONS = ("district", "institution", "brand", "project")
# What must add up to the whole; the others may leave a part of it free.
WHOLE = frozenset({"district", "institution"})


@dataclass(frozen=True)
class Balance:
    """A whole beside what its parts add up to, in 人次; `whole` is None where only the parts are set."""

    parent: Cell
    by: str
    whole: int | None
    parts: int

    @property
    def gap(self) -> int:
        return (self.whole or 0) - self.parts

    @property
    def is_even(self) -> bool:
        return self.gap == 0 if self.by in WHOLE else self.gap >= 0


def set_target(
    *,
    by: User,
    year: int,
    line: str,
    district: District | None,
    amount: int,
    source: str,
    now: datetime,
) -> Target:
    """Set a new version for the city or a district, also of the same number: another paper may say it again.

    Refused with TargetRefused without a source, or when another was set meanwhile.
    """
    cell = Cell(line, district.key if district else "")
    (target,) = _write(by, year, {cell: amount}, source, now)
    return target


def set_targets(
    *, by: User, year: int, amounts: Mapping[Cell, int], source: str, seen: int | None = None, now: datetime
) -> list[Target]:
    """Set a whole sheet: a new version for each cell whose number differs from the one that holds, all or none.

    `seen` is how many versions of the year the writer had before them. Refused with TargetRefused: without a source,
    nothing new, a cell that does not exist, another version meanwhile.
    """
    if seen is not None and Target.objects.filter(year=year).count() != seen:
        raise TargetRefused(TargetRefusal.OVERTAKEN)
    held = {cell: row.amount for cell, row in targets_held(year=year).items()}
    changed = {cell: amount for cell, amount in amounts.items() if held.get(cell) != amount}
    if not changed:
        raise TargetRefused(TargetRefusal.NOTHING_NEW)
    return _write(by, year, changed, source, now)


def _write(by: User, year: int, amounts: Mapping[Cell, int], source: str, now: datetime) -> list[Target]:
    if not source.strip():
        raise TargetRefused(TargetRefusal.SOURCE_MISSING)
    known = Known.read(amounts)
    for cell, amount in amounts.items():
        known.check(cell)
        if not 0 <= amount <= AMOUNT_MAX:
            raise TargetRefused(TargetRefusal.NOT_A_NUMBER, value=amount)
    held = targets_held(year=year)
    try:
        with transaction.atomic():
            return [
                _version(by, year, cell, known, held[cell].version + 1 if cell in held else 1, amount, source, now)
                for cell, amount in amounts.items()
            ]
    except IntegrityError as error:
        raise TargetRefused(TargetRefusal.OVERTAKEN) from error


def _version(
    by: User, year: int, cell: Cell, known: "Known", version: int, amount: int, source: str, now: datetime
) -> Target:
    target = Target.objects.create(
        year=year,
        line=cell.line,
        district=known.districts.get(cell.district),
        institution=known.institutions.get(cell.institution),
        brand=known.brands.get(cell.brand),
        project=known.projects.get(cell.project),
        version=version,
        amount=amount,
        source=source.strip(),
        by=by,
        at=now,
    )
    detail = {"year": year, "amount": amount, **{name: value for name, value in vars(cell).items() if value}}
    audit.record(by=by, verb="target_set", target=target, now=now, detail={"district": "", **detail})
    return target


@dataclass(frozen=True)
class Known:
    """The rows that the cells of a sheet name, by key; four statements however long the sheet is."""

    districts: dict[str, District]
    institutions: dict[str, Institution]
    brands: dict[str, Brand]
    projects: dict[str, Project]

    @classmethod
    def read(cls, cells: Mapping[Cell, object]) -> "Known":
        wanted = {name: {getattr(cell, name) for cell in cells} - {""} for name in DIMENSIONS}
        schools = Institution.objects.select_related("district").filter(number__in=wanted["institution"])
        return cls(
            {row.key: row for row in District.objects.filter(key__in=wanted["district"])},
            {row.number: row for row in schools},
            {row.key: row for row in Brand.objects.filter(key__in=wanted["brand"])},
            {row.number: row for row in Project.objects.filter(number__in=wanted["project"])},
        )

    def check(self, cell: Cell) -> None:
        """Refused with TargetRefused: a key that nothing bears, an institution of another district or without one."""
        rows = (set(self.districts), set(self.institutions), set(self.brands), set(self.projects))
        named = zip(DIMENSIONS, rows, strict=True)
        for name, known in named:
            key = getattr(cell, name)
            if key and key not in known:
                raise TargetRefused(TargetRefusal.UNKNOWN, key=key)
        if cell.institution and not cell.district:
            raise TargetRefused(TargetRefusal.NO_DISTRICT)
        if cell.institution and self.institutions[cell.institution].district.key != cell.district:
            raise TargetRefused(TargetRefusal.ELSEWHERE, key=cell.institution)


def targets_held(*, year: int) -> dict[Cell, Target]:
    """The version that holds of every cell of a year. One query."""
    rows = Target.objects.filter(year=year).select_related("district", "institution", "brand", "project", "by")
    return {cell_of(row): row for row in rows.order_by("version")}


def names_in(*, held: Mapping[Cell, Target]) -> dict[str, str]:
    """What the keys of these cells are called."""
    named = [
        (getattr(cell, name), str(getattr(row, name)))
        for cell, row in held.items()
        for name in DIMENSIONS
        if getattr(cell, name)
    ]
    return dict(named)


def cell_of(row: Target) -> Cell:
    return Cell(
        row.line,
        row.district.key if row.district else "",
        row.institution.number if row.institution else "",
        row.brand.key if row.brand else "",
        row.project.number if row.project else "",
    )


def balances(*, amounts: Mapping[Cell, int]) -> list[Balance]:
    """Every whole that is cut further beside the sum of its parts, the city first."""
    parts: dict[tuple[Cell, str], int] = defaultdict(int)
    for cell, amount in amounts.items():
        if cell.parent is not None:
            parts[cell.parent, cell.cut] += amount
    found = [Balance(parent, by, amounts.get(parent), told) for (parent, by), told in parts.items()]
    return sorted(found, key=_place)


def _place(one: Balance) -> tuple[str, int, bool, Cell]:
    return (one.parent.district, DIMENSIONS.index(one.by), one.parent.line != Line.SKILLS, one.parent)


def targets_of(*, year: int, as_of: date | None = None) -> dict[tuple[str, str], int]:
    """(line, district key, or "" for the city) → 人次, as the versions stood at the end of a day. One query.

    The first version holds for the whole year, also for the days before somebody entered it.
    """
    found: dict[tuple[str, str], int] = {}
    end = datetime.combine(as_of + timedelta(days=1), time(0), tzinfo=CITY_TIME) if as_of else None
    rows = _whole_districts(year).order_by("version")
    for line, district, amount, at in rows.values_list("line", "district__key", "amount", "at"):
        if end is None or at < end:
            found[line, district or ""] = amount
        else:
            found.setdefault((line, district or ""), amount)
    return found


def _whole_districts(year: int) -> QuerySet[Target]:
    return Target.objects.filter(year=year, institution=None, brand=None, project=None)
