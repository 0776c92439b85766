"""The filter form of the course list: a plain GET that works without scripts. What is not on a list is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet, Value
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cms.memory import remembered
from courses import catalogue
from courses.catalogue import Filters
from courses.models import Brand, District, ProgrammeKind

MONTHS_AHEAD = 6
TEXT_LENGTH_MAX = 60
LISTS: dict[str, QuerySet[Any]] = {
    "district": District.objects.all(),
    "kind": ProgrammeKind.objects.all(),
    "brand": Brand.objects.all(),
}


SELECTED, NOTHING = SafeString(" selected"), SafeString("")


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    pk: int = 0


@dataclass(frozen=True)
class Select:
    name: str
    label: str
    any_label: str
    options: list[Option]
    chosen: str

    @property
    def options_html(self) -> SafeString:
        """The <option> rows in one go: there are some forty on the page, the same for everybody."""
        rows = format_html_join(
            "", '<option value="{}"{}>{}</option>', ((o.value, self._mark(o), o.label) for o in self.options)
        )
        return format_html('<option value="">{}</option>{}', self.any_label, rows)

    def _mark(self, option: Option) -> SafeString:
        return SELECTED if option.value == self.chosen else NOTHING


@dataclass(frozen=True)
class Looser:
    """One filter to leave out, what it was set to, how many courses that gives, and where."""

    words: str
    count: int
    url: str


class CourseFilters:
    """The lists come from memory; `chosen` holds only what filters."""

    def __init__(self, data: QueryDict, *, today: date) -> None:
        self.text = " ".join(data.get("q", "")[:TEXT_LENGTH_MAX].split())
        self.has_seats = data.get("seats") == "1"
        entries = entries_in(get_language() or "")
        self.selects = [
            _select(data, "district", _("区市"), _("全部区市"), entries["district"]),
            _select(data, "kind", _("培训类型"), _("全部类型"), entries["kind"]),
            _select(data, "brand", _("品牌"), _("全部品牌"), entries["brand"]),
            _select(data, "month", _("开班月份"), _("全部月份"), _months(today)),
        ]

    @cached_property
    def chosen(self) -> Filters:
        chosen: Filters = {}
        if self.text:
            chosen["text"] = self.text
        for select in self.selects:
            if select.chosen:
                chosen[select.name] = select.chosen  # type: ignore[literal-required]
        if self.has_seats:
            chosen["has_seats"] = True
        return chosen

    @property
    def selects_key(self) -> str:
        """What the drop-downs depend on besides the language: the months offered and what is chosen."""
        return "|".join([self.selects[-1].options[0].value, *(select.chosen for select in self.selects)])

    @property
    def query(self) -> str:
        """For the pager: everything but the page, ending in &, or nothing."""
        query = self._query(self.chosen)
        return f"{query}&" if query else ""

    def looser(self, *, now: datetime) -> list[Looser]:
        found = []
        for name, count in catalogue.loosened(now=now, filters=self.chosen):
            rest = {key: value for key, value in self.chosen.items() if key != name}
            found.append(Looser(self._words(name), count, f"?{self._query(rest)}"))
        return found

    def _words(self, name: str) -> str:
        if name == "text":
            return _("「%(text)s」") % {"text": self.text}
        if name == "has_seats":
            return _("只看有名额")
        select = next(select for select in self.selects if select.name == name)
        label = next(option.label for option in select.options if option.value == select.chosen)
        return _("「%(text)s」") % {"text": label}

    def _query(self, chosen: Mapping[str, object]) -> str:
        names = {"text": "q", "has_seats": "seats"}
        return urlencode([(names.get(key, key), "1" if value is True else str(value)) for key, value in chosen.items()])


def _select(data: QueryDict, name: str, label: str, any_label: str, options: list[Option]) -> Select:
    asked = data.get(name, "")
    known = any(option.value == asked for option in options)
    return Select(name, label, any_label, options, asked if known else "")


def entries_in(language: str) -> dict[str, list[Option]]:
    """The three lists in the reader's language."""
    name = "name_en" if language.startswith("en") else "name"
    return remembered(f"entries:{name}", lambda: _entries(name))


def labels_in(language: str) -> dict[str, dict[int, str]]:
    """Names by id, for rows that only carry the id."""
    return {part: {option.pk: option.label for option in options} for part, options in entries_in(language).items()}


def _entries(name: str) -> dict[str, list[Option]]:
    """In one query, each list in its own order."""
    columns = ("part", "position", "key", name, "pk")
    parts = [
        rows.annotate(part=Value(part), position=F("order")).order_by().values_list(*columns)
        for part, rows in LISTS.items()
    ]
    found: dict[str, list[Option]] = {part: [] for part in LISTS}
    for part, _at, key, label, pk in parts[0].union(*parts[1:], all=True).order_by("position", "key"):
        found[part].append(Option(key, label, pk))
    return found


def _months(today: date) -> list[Option]:
    options, year, month = [], today.year, today.month
    for _step in range(MONTHS_AHEAD):
        first = date(year, month, 1)
        options.append(Option(f"{year}-{month:02d}", date_format(first, "YEAR_MONTH_FORMAT")))
        year, month = year + month // 12, month % 12 + 1
    return options
