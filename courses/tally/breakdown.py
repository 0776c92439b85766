"""A year's person-times by one dimension: whose they are, where they came from, how they were proved.

Read from the roll-ups by the same keys as the tally; the slices of every dimension add up to the same verified figure.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import dates
from courses.models import (
    Brand,
    CountEntry,
    DailyBreakdown,
    DailyTotal,
    District,
    EducationLevel,
    Institution,
    LearnerCategory,
    Line,
    Occupation,
    ProgrammeKind,
    Project,
    SkillLevel,
)
from courses.tally.cells import LINES
from courses.tally.entries import FURTHER
from courses.tally.figures import Scope
from courses.tally.settings import is_inside, meets


class By(StrEnum):
    DISTRICT = "district"
    INSTITUTION = "institution"
    KIND = "kind"
    BRAND = "brand"
    CATEGORY = "category"
    SEX = "sex"
    AGE_BAND = "age_band"
    EDUCATION = "education"
    OCCUPATION = "occupation"
    LEVEL = "level"
    PROJECT = "project"
    ONLINE = "online"
    MONTH = "month"
    PROOF = "proof"


BY_WORDS: dict[By, str | Promise] = {
    By.DISTRICT: _("区市"),
    By.INSTITUTION: _("机构"),
    By.KIND: _("培训类型"),
    By.BRAND: _("品牌"),
    By.CATEGORY: _("人员类别"),
    By.SEX: _("性别"),
    By.AGE_BAND: _("年龄"),
    By.EDUCATION: _("文化程度"),
    By.OCCUPATION: _("职业"),
    By.LEVEL: _("等级"),
    By.PROJECT: _("项目"),
    By.ONLINE: _("线上线下"),
    By.MONTH: _("月份"),
    By.PROOF: _("凭据"),
}
BLANK: str | Promise = _("未填写")
WORDS: dict[By, dict[str, str | Promise]] = {
    By.SEX: {"1": _("男"), "2": _("女")},
    By.ONLINE: {"offline": _("全部线下"), "blended": _("线上线下结合"), "online": _("全部线上")},
    By.PROOF: dict(CountEntry.Proof.choices),
    By.BRAND: {"": _("没有品牌")},
    By.PROJECT: {"": _("不在项目内")},
}
# Lists whose entries have an order of their own and a name; the others go by size.
NAMED: dict[By, Any] = {
    By.DISTRICT: District,
    By.KIND: ProgrammeKind,
    By.BRAND: Brand,
    By.CATEGORY: LearnerCategory,
    By.EDUCATION: EducationLevel,
    By.OCCUPATION: Occupation,
    By.LEVEL: SkillLevel,
}
BY_SIZE = frozenset({By.INSTITUTION, By.OCCUPATION, By.BRAND, By.KIND, By.CATEGORY, By.PROJECT})


@dataclass(frozen=True)
class Slice:
    """人次 of one value by the target that they meet; `value` is the key that the ledger keeps, "" where nothing was
    told. `total` counts each once."""

    value: str
    label: str
    counts: dict[Line, int]
    total: int


@dataclass(frozen=True)
class Breakdown:
    by: By
    slices: tuple[Slice, ...]

    @property
    def totals(self) -> dict[Line, int]:
        return {line: sum(one.counts[line] for one in self.slices) for line in LINES}


def breakdown(*, year: int, scope: Scope, by: By, today: date, as_of: date | None = None) -> Breakdown:
    """One dimension of a year at the end of a day. Three statements: the setting, the roll-up, the names of its keys.

    A value that nothing is counted for is left out, but a month is not.
    """
    found: dict[str, dict[Line, int]] = defaultdict(lambda: dict.fromkeys(LINES, 0))
    if by == By.MONTH:
        found |= {str(month): dict.fromkeys(LINES, 0) for month in range(1, 13)}
    inside, totals = is_inside(year=year, day=as_of or today), Counter[str]()
    for line, value, count in _cells(year, scope, by, as_of):
        totals[str(value)] += count
        for target in meets(line=line, inside=inside):
            found[str(value)][Line(target)] += count
    told = {value: counts for value, counts in found.items() if any(counts.values()) or by == By.MONTH}
    labels = names(by=by, values=list(told))
    order = {value: place for place, value in enumerate(labels)}
    slices = [Slice(value, labels[value], counts, totals[value]) for value, counts in told.items()]
    if by in BY_SIZE:
        slices.sort(key=lambda one: (-one.total, one.value))
    else:
        slices.sort(key=lambda one: order[one.value])
    return Breakdown(by, tuple(slices))


def _cells(year: int, scope: Scope, by: By, as_of: date | None) -> QuerySet[Any, Any]:
    rows: QuerySet[Any] = DailyTotal.objects.filter(year=year, line__in=LINES)
    column = by.value
    if by in FURTHER:
        rows, column = DailyBreakdown.objects.filter(year=year, line__in=LINES, dimension=by.value), "value"
    if scope.district:
        rows = rows.filter(district=scope.district)
    if as_of is not None:
        rows = rows.filter(posted_on__lte=as_of)
    cells: QuerySet[Any, Any] = rows.order_by().values_list("line", column).annotate(told=Sum("count"))
    return cells


def names(*, by: By, values: list[str]) -> dict[str, str]:
    """What people call each value, in the order of its list; a key that the list no longer has stands for itself."""
    words = {key: str(word) for key, word in WORDS.get(by, {}).items()}
    if by in NAMED:
        words |= {row.key: row.label for row in NAMED[by].objects.filter(key__in=values)}
    elif by == By.INSTITUTION:
        words |= {row.number: row.label for row in Institution.objects.filter(number__in=values)}
    elif by == By.PROJECT:
        words |= dict(Project.objects.filter(number__in=values).values_list("number", "name"))
    elif by == By.MONTH:
        words = {str(month): dates.month(month) for month in range(1, 13)}
    found = {value: word for value, word in words.items() if value in values}
    rest = sorted(value for value in values if value not in found)
    return {**found, **{value: value or str(BLANK) for value in rest}}


def as_plain(*, found: Breakdown) -> list[dict[str, Any]]:
    """The same figures as plain values, for the command and the API."""
    return [
        {"value": one.value, "label": one.label, **{line.value: one.counts[line] for line in LINES}}
        for one in found.slices
    ]
