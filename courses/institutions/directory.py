"""两目录: the public lists of institutions and of training needs, and how they changed. No person is named in either."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from courses.institutions.files import Verb
from courses.models import (
    Institution,
    InstitutionEvent,
    RegisteredProgramme,
    RegisteredTrade,
    Registration,
    TrainingNeed,
)
from courses.policy import local_date

CHANGES_SHOWN = 30


@dataclass(frozen=True)
class Listed:
    """An institution of the directory with the trades and programmes that are valid on the day it was asked for; one
    that is suspended or removed may open classes of none."""

    institution: Institution
    trades: list[RegisteredTrade]
    programmes: list[RegisteredProgramme]
    approved_on: date | None


@dataclass(frozen=True)
class Change:
    """One dated change. `what` is added, removed or changed; `lines` are the trades it touched and `programmes` the
    kinds of training, each with what became of it and its last day, as stored by key.

    Of a change of status the public reads that and when; why is free text of an officer and stays in the file. `moved`
    says of name and district (by key) what they were and what they became.
    """

    on: date
    what: str
    subject: Institution | TrainingNeed
    lines: list[tuple[str, str, str, str]] = field(default_factory=list)
    programmes: list[tuple[str, str, str]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    moved: dict[str, list[str]] = field(default_factory=dict)
    status: str = ""
    before: TrainingNeed | None = None


def in_directory(
    *, text: str = "", district: str = "", occupation: str = "", kind: str = "", on: date
) -> QuerySet[Institution]:
    """Active institutions whose file was approved, by a word in name or address, district, and the occupation taught
    or the kind of training run on `on`."""
    found = Institution.objects.filter(status=Institution.Status.ACTIVE, pk__in=_current_files().values("institution"))
    if text:
        found = found.filter(Q(name__icontains=text) | Q(name_en__icontains=text) | Q(address__icontains=text))
    if district:
        found = found.filter(district__key=district)
    if occupation:
        taught = RegisteredTrade.objects.filter(
            registration__in=_current_files(), occupation__key=occupation, valid_from__lte=on, valid_until__gte=on
        )
        found = found.filter(pk__in=taught.values("registration__institution"))
    if kind:
        run = RegisteredProgramme.objects.filter(
            registration__in=_current_files(), kind__key=kind, valid_from__lte=on, valid_until__gte=on
        )
        found = found.filter(pk__in=run.values("registration__institution"))
    return found.select_related("kind", "district")


def _current_files() -> QuerySet[Registration]:
    """The version that holds, of every institution."""
    approved = Registration.Status.APPROVED
    latest = (
        Registration.objects.filter(institution=OuterRef("institution"), status=approved)
        .order_by("-version")
        .values("pk")[:1]
    )
    return Registration.objects.filter(status=approved, pk=Subquery(latest))


def listed(*, institutions: Iterable[Institution], on: date) -> list[Listed]:
    """In three statements, however many institutions."""
    shown = list(institutions)
    valid = Q(valid_from__lte=on, valid_until__gte=on)
    trades = RegisteredTrade.objects.filter(valid).select_related("occupation", "level")
    programmes = RegisteredProgramme.objects.filter(valid).select_related("kind")
    files = {
        row.institution_id: row
        for row in _current_files()
        .filter(institution__in=shown)
        .prefetch_related(
            Prefetch("trades", queryset=trades, to_attr="valid_trades"),
            Prefetch("programmes", queryset=programmes, to_attr="valid_programmes"),
        )
    }
    return [Listed(one, *_current(one, files.get(one.pk))) for one in shown]


def _current(
    one: Institution, file: Registration | None
) -> tuple[list[RegisteredTrade], list[RegisteredProgramme], date | None]:
    if file is None or file.decided_at is None:
        return [], [], None
    approved_on = local_date(file.decided_at)
    if one.status != Institution.Status.ACTIVE:
        return [], [], approved_on
    return file.valid_trades, file.valid_programmes, approved_on  # type: ignore[attr-defined]


def changes(*, institution: Institution | None = None) -> list[Change]:
    """The latest public changes of the directory, or of one institution, newest first."""
    told = InstitutionEvent.objects.filter(verb__in=(Verb.APPROVED, Verb.STATUS)).select_related("institution")
    if institution:
        told = told.filter(institution=institution)
    return [_change(row) for row in told.order_by("-at", "-pk")[:CHANGES_SHOWN]]


def _change(row: InstitutionEvent) -> Change:
    on, detail = local_date(row.at), row.detail
    if row.verb == Verb.STATUS:
        left = detail["to"] != Institution.Status.ACTIVE
        return Change(on, "removed" if left else "added", row.institution, status=detail["to"])
    moves = ("added", "removed", "changed")
    return Change(
        on,
        "added" if detail["first"] else "changed",
        row.institution,
        lines=[(what, *line) for what in moves for line in detail[what]],
        programmes=[(what, *line) for what in moves for line in detail["programmes"][what]],
        facts=detail["facts"],
        moved=detail["moved"],
    )


def needs(*, text: str = "", kind: str = "", on: date) -> QuerySet[TrainingNeed]:
    """The entries that stand on a date: the latest version of each that is in effect and not withdrawn."""
    held = TrainingNeed.objects.filter(key=OuterRef("key"), effective_on__lte=on).order_by("-version")
    found = TrainingNeed.objects.filter(pk=Subquery(held.values("pk")[:1]), withdrawn=False)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(name_en__icontains=text) | Q(occupation__name__icontains=text))
    if kind:
        found = found.filter(kind__key=kind)
    return found.select_related("kind", "occupation", "level").order_by("kind__order", "key")


def needs_changes(*, on: date) -> list[Change]:
    """What was added, changed or withdrawn up to a date, newest first."""
    rows = TrainingNeed.objects.filter(effective_on__lte=on).select_related("kind", "occupation", "level")
    by_version = {(row.key, row.version): row for row in rows}
    told = []
    for row in sorted(by_version.values(), key=lambda one: (one.effective_on, one.key), reverse=True)[:CHANGES_SHOWN]:
        before = by_version.get((row.key, row.version - 1))
        what = "removed" if row.withdrawn else "changed" if before and not before.withdrawn else "added"
        told.append(Change(row.effective_on, what, row, before=before))
    return told
