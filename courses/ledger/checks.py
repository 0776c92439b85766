"""The ledger against itself: every roll-up, claim and completion counted anew. A difference is named, never mended."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from courses import policy as policies
from courses.ledger.post import NotCounted, counts_q
from courses.ledger.rollups import BREAKDOWN_KEY, CITY, DIMENSIONS, TOTAL_KEY
from courses.ledger.seals import verify_seals
from courses.models import Card, Certificate, Completion, CountClaim, CountEntry, OpeningBatch, PolicyVersion

LIMIT = 50


class Difference(NamedTuple):
    row: str
    what: str


def differences() -> Iterator[Difference]:
    """Each row that is not what the entries say; at most fifty of a sort."""
    yield from _cells("courses_dailytotal", "count", TOTAL_KEY, _entries_by(TOTAL_KEY))
    for dimension, value in DIMENSIONS.items():
        yield from _breakdown(dimension, value)
    yield from _people()
    yield from _heads()
    yield from _claims()
    yield from _completions()
    yield from _red_carded()
    yield from _certified()
    yield from _beyond_limit()
    yield from _batches()
    for name, what in verify_seals():
        yield Difference(name, what)


def _entries_by(key: tuple[str, ...]) -> str:
    columns = ", ".join(key)
    return f"SELECT {columns}, SUM(amount) AS told FROM courses_countentry GROUP BY {columns}"  # noqa: S608


def _breakdown(dimension: str, value: str) -> Iterator[Difference]:
    told = (
        f"SELECT year, line, district, '{dimension}' AS dimension, {value} AS value, posted_on, "  # noqa: S608
        f"SUM(amount) AS told FROM courses_countentry GROUP BY year, line, district, {value}, posted_on"
    )
    where = f"WHERE dimension = '{dimension}'"
    yield from _cells("courses_dailybreakdown", "count", BREAKDOWN_KEY, told, where)


def _people() -> Iterator[Difference]:
    for scope, group, where in (
        (f"'{CITY}'", "year, line, person", f"WHERE scope = '{CITY}'"),
        ("district", "year, line, district, person", f"WHERE scope <> '{CITY}'"),
    ):
        told = (
            f"SELECT year, line, {scope} AS scope, person, SUM(amount) AS told "  # noqa: S608
            f"FROM courses_countentry GROUP BY {group}"
        )
        yield from _cells("courses_personcount", "count", ("year", "line", "scope", "person"), told, where)


def _heads() -> Iterator[Difference]:
    told = (
        "SELECT year, line, scope, COUNT(*) AS told FROM courses_personcount WHERE count > 0 GROUP BY year, line, scope"
    )
    yield from _cells("courses_headcount", "people", ("year", "line", "scope"), told)


def _cells(table: str, figure: str, key: tuple[str, ...], told: str, where: str = "") -> Iterator[Difference]:
    """Stored cells beside counted ones, each side read once; a cell of 0 and a missing one are the same."""
    columns = ", ".join(key)
    statement = (
        f"SELECT {columns}, SUM(stored), SUM(counted) FROM ("  # noqa: S608
        f"SELECT {columns}, {figure} AS stored, 0 AS counted FROM {table} {where} UNION ALL "
        f"SELECT {columns}, 0 AS stored, told AS counted FROM ({told}) t"
        f") both_sides GROUP BY {columns} HAVING SUM(stored) <> SUM(counted) LIMIT {LIMIT}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        for *cell, stored, counted in cursor.fetchall():
            name = f"{table.removeprefix('courses_')} {' '.join(map(str, cell))}"
            yield Difference(name, f"stored {stored}, entries say {counted}")


def _claims() -> Iterator[Difference]:
    standing = Q(amount=1, reversal__isnull=True)
    for entry in CountEntry.objects.filter(standing, claim__isnull=True)[:LIMIT]:
        yield Difference(f"count entry {entry.code}", "stands without its claim")
    for claim in CountClaim.objects.exclude(entry__in=CountEntry.objects.filter(standing)).select_related("entry")[
        :LIMIT
    ]:
        yield Difference(f"claim of count entry {claim.entry.code}", "held by a line that no longer stands")
    foreign = CountClaim.objects.exclude(person=F("entry__person"), key=F("entry__claim_key"))
    for claim in foreign.select_related("entry")[:LIMIT]:
        yield Difference(f"claim of count entry {claim.entry.code}", "is for another person or another module")


def _completions() -> Iterator[Difference]:
    standing = Count("count_entries", filter=Q(count_entries__amount=1, count_entries__reversal__isnull=True))
    counted = Completion.objects.annotate(standing=standing)
    for row in counted.filter(counts_q()).exclude(standing=1)[:LIMIT]:
        yield Difference(f"completion {row.number}", f"approved and counting, {row.standing} standing lines")
    for row in counted.exclude(counts_q()).exclude(standing=0)[:LIMIT]:
        yield Difference(f"completion {row.number}", f"does not count, {row.standing} standing lines")
    held, by_merge = (
        Exists(CountClaim.objects.filter(person=OuterRef(person), key=OuterRef("enrolment__training_class__claim_key")))
        for person in ("enrolment__learner__person", "enrolment__learner__merge__kept__person")
    )
    duplicates = Completion.objects.filter(status=Completion.Status.APPROVED, not_counted=NotCounted.DUPLICATE)
    for number in duplicates.exclude(held | by_merge).values_list("number", flat=True)[:LIMIT]:
        yield Difference(f"completion {number}", "kept from counting as a duplicate, and nothing else counts")


def _red_carded() -> Iterator[Difference]:
    red = Card.objects.filter(Card.STANDS, colour=Card.Colour.RED, training_class=OuterRef("enrolment__training_class"))
    kept = Completion.objects.filter(status=Completion.Status.APPROVED, not_counted=NotCounted.RED_CARD)
    for number in kept.exclude(Exists(red)).values_list("number", flat=True)[:LIMIT]:
        yield Difference(f"completion {number}", "kept from counting by a red card, and none stands")


def _certified() -> Iterator[Difference]:
    held = Certificate.objects.filter(completion=OuterRef("pk"), version=1)
    waits = Completion.objects.filter(status=Completion.Status.APPROVED, not_counted=NotCounted.NO_CERTIFICATE)
    for number in waits.filter(Exists(held)).values_list("number", flat=True)[:LIMIT]:
        yield Difference(f"completion {number}", "kept from counting until its certificate, which is issued")


def _beyond_limit() -> Iterator[Difference]:
    """By the policy of each class, in the order in which the lines were posted; where none has a limit, nothing is
    read."""
    standing = CountEntry.objects.filter(amount=1, reversal__isnull=True)
    before = standing.filter(person=OuterRef("person"), year=OuterRef("year"), pk__lt=OuterRef("pk")).order_by()
    beside = Subquery(before.values("year").annotate(many=Count("pk")).values("many"))
    for key in PolicyVersion.objects.order_by("pk").values_list("pk", flat=True):
        limit = policies.of_pinned(version_id=key).counted_per_year
        if not limit:
            continue
        own = standing.filter(completion__enrolment__training_class__policy=key).annotate(beside=beside)
        for code in own.filter(beside__gte=limit).order_by("pk").values_list("code", flat=True)[:LIMIT]:
            yield Difference(f"count entry {code}", f"counts beyond the {limit} that one person may count in a year")


def _batches() -> Iterator[Difference]:
    for batch in OpeningBatch.objects.annotate(
        entered=Count("entries", filter=Q(entries__amount=1, entries__revision=0))
    ):
        if batch.entered != batch.total:
            yield Difference(f"opening batch {batch.number}", f"says {batch.total} rows, {batch.entered} are there")
