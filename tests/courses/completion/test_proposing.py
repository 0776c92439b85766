"""A class proposed at once: decided and kept as one by one, and looked at together."""

from datetime import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from courses import completion
from courses.completion import CompletionRefusal
from courses.models import Completion, Enrolment, User
from tests.factories import people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended

pytestmark = pytest.mark.django_db


def heard(number: int, *, now: datetime) -> tuple[User, list[Enrolment], datetime]:
    """Who teaches a class of one lesson, so many learners who were there, and when it was over."""
    trainer, later = people.user(), now
    made = training_class(now=now, trainers=[trainer], lessons=1)
    rows = [enrolled(training_class=made, now=now) for _ in range(number)]
    for row in rows:
        later = attended(row, by=trainer)
    return trainer, rows, later


def test_each_is_kept_with_the_reasoning_that_it_would_have_alone(now: datetime) -> None:
    trainer, rows, later = heard(2, now=now)
    alone = []
    for row in rows:
        with transaction.atomic():
            alone.append(completion.propose(by=trainer, enrolment=row, now=later).proposed_reasoning)
            transaction.set_rollback(True)
    done = completion.propose_all(by=trainer, enrolments=rows, now=later).done
    assert [row.proposed_reasoning for row in done] == alone
    assert [(row.enrolment_id, row.status) for row in done] == [(row.pk, "proposed") for row in rows]


def test_who_does_not_fulfil_the_rules_is_refused_and_keeps_nobody_back(now: datetime) -> None:
    trainer, rows, later = heard(1, now=now)
    absent = enrolled(training_class=rows[0].training_class, now=now)
    bulk = completion.propose_all(by=trainer, enrolments=[absent, *rows], now=later)
    assert [row.enrolment_id for row in bulk.done] == [rows[0].pk]
    assert [refused.code for refused in bulk.refused] == [CompletionRefusal.NOT_MET]
    assert Completion.objects.count() == 1


def test_they_are_looked_at_together(now: datetime) -> None:
    """What one more learner costs is the writing of one completion."""
    spent = []
    for number in (1, 2, 4):
        trainer, rows, later = heard(number, now=now)
        with CaptureQueriesContext(connection) as statements:
            assert len(completion.propose_all(by=trainer, enrolments=rows, now=later).done) == number
        spent.append(len(statements))
    each = spent[1] - spent[0]
    assert (each, spent[2] - spent[1]) == (10, 2 * 10)
