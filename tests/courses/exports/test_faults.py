"""A fault at each statement of an export: asked for, agreed to or not, handed over: the state before or after. While it
is made it is nobody's, and the next worker makes it."""

from collections.abc import Callable
from datetime import datetime
from itertools import count

import pytest
from django.core.files.storage import storages
from django.db import transaction

from courses import exports
from courses.exports import Wanted
from courses.exports.making import SILENT
from courses.models import AuditEvent, Export, User
from tests.courses.exports.conftest import NUMBER, read
from tests.factories import catalogue
from tests.factories.ledger import batch, row
from tests.faults import Fault, failing_at, faults_of

pytestmark = pytest.mark.django_db
Status = Export.Status


def full(roster, by: User, now: datetime) -> Export:
    wanted = Wanted("a", "xlsx", {"class": roster.number}, full=True, purpose="核对补贴")
    return exports.take(by=by, wanted=wanted, now=now).export


def agreed(roster, by: User, second: User, now: datetime) -> Export:
    export = full(roster, by, now)
    exports.agree(by=second, export=export, now=now)
    return export


def anew(export: Export) -> Export:
    return Export.objects.select_related("asked_by").get(pk=export.pk)


def asking(roster, city, second, now) -> Callable[[], object]:
    return lambda: full(roster, city, now)


def asking_for_a_large_one(roster, city, second, now) -> Callable[[], object]:
    catalogue.policy()
    batch(rows=[row() for _ in range(3)], now=now)
    return lambda: exports.take(by=city, wanted=Wanted("entries", "xlsx", {"year": 2025}), now=now)


def giving_at_once(roster, city, second, now) -> Callable[[], object]:
    def deed() -> None:
        taken = exports.take(by=city, wanted=Wanted("a", "csv", {"class": roster.number}), now=now)
        assert taken.file is not None
        taken.file.close()

    return deed


def printing(roster, city, second, now) -> Callable[[], object]:
    return lambda: exports.take(by=city, wanted=Wanted("a", "print", {"class": roster.number}), now=now)


def agreeing(roster, city, second, now) -> Callable[[], object]:
    export = full(roster, city, now)
    return lambda: exports.agree(by=second, export=anew(export), now=now)


def dropping(roster, city, second, now) -> Callable[[], object]:
    export = full(roster, city, now)
    return lambda: exports.drop(by=second, export=anew(export), now=now)


def handing_over(roster, city, second, now) -> Callable[[], object]:
    export = agreed(roster, city, second, now)
    exports.make_due(clock=lambda: now)
    return lambda: exports.fetch(by=city, export=anew(export), now=now)


DEEDS = [asking, asking_for_a_large_one, giving_at_once, printing, agreeing, dropping, handing_over]


@pytest.mark.parametrize("plant", DEEDS, ids=lambda deed: deed.__name__)
def test_a_fault_at_any_statement_leaves_the_state_before_or_after(plant, roster, city, second, now) -> None:
    statements, between = faults_of(plant(roster, city, second, now))
    assert statements > 1
    assert between == []


def test_a_fault_at_any_statement_of_the_making_leaves_it_to_the_next_worker(roster, city, second, now) -> None:
    """Its claim falls silent; it is ready with its whole file and told of once, or not ready at all."""
    seen: set[str] = set()
    for place in count(1):
        export = agreed(roster, city, second, now)
        try:
            with failing_at(place):
                exports.make_due(clock=lambda: now)
        except Fault:
            # No transaction is about the making as a whole but this test's own.
            transaction.set_rollback(False)
            seen.add(_state(export))
            later = now + SILENT
            assert exports.make_due(clock=lambda moment=later: moment) == 1
            assert _state(export) == Status.READY
            sheets = read(exports.fetch(by=city, export=anew(export), now=now).file)
            assert NUMBER in sheets["学员花名册"][1]
        else:
            break
    assert place > 8
    assert seen == {Status.QUEUED, Status.RUNNING}


def _state(export: Export) -> str:
    """Where there is a file there is the row that says so, and the record of it; and the other way round."""
    found = anew(export)
    told = AuditEvent.objects.filter(verb="exported", target=found.number).count()
    has_file = bool(found.file) and storages["private"].exists(found.file)
    assert (bool(found.file), has_file, told) == (found.status == Status.READY,) * 2 + (int(has_file),)
    return str(found.status)


def test_a_fault_while_files_past_their_time_go_is_made_good_by_the_next_sweep(roster, city, second, now) -> None:
    for place in count(1):
        export = agreed(roster, city, second, now)
        exports.make_due(clock=lambda: now)
        after = anew(export).expires_at
        assert after is not None
        try:
            with failing_at(place):
                exports.sweep(now=after)
        except Fault:
            transaction.set_rollback(False)
            assert anew(export).status in (Status.READY, Status.EXPIRED)
            exports.sweep(now=after)
            assert anew(export).status == Status.EXPIRED
        else:
            break
        told = AuditEvent.objects.filter(verb="export_expired", target=export.number).count()
        assert told == 1
    assert place > 2
