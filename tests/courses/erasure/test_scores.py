"""Of an erased record no score is recorded or changed any more, and no change of one waits for a second person."""

from datetime import datetime

import pytest

from courses import access, scores
from courses.models import Enrolment, Score
from courses.scores import ScoreRefusal, ScoreRefused
from courses.turns.asked import asked as behind
from courses.turns.kinds import Turn
from tests.factories import people
from tests.factories.completion import counted
from tests.factories.erasure import erased

pytestmark = pytest.mark.django_db
WHY = "漏加 10 分"


def refusal(deed: object, **said: object) -> str:
    with pytest.raises(ScoreRefused) as refused:
        deed(**said)  # type: ignore[operator]
    return str(refused.value.code)


def test_a_change_that_waits_waits_for_nobody_and_none_is_recorded(now: datetime) -> None:
    entry, later = counted(now=now, learner=people.learner(now=now))
    assert entry.completion is not None
    own = Enrolment.objects.select_related("training_class", "learner").get(pk=entry.completion.enrolment_id)
    wanted = {"enrolment": own, "points": {"theory": 655}, "reason": WHY, "now": later}
    (change,) = scores.record(by=people.user(), **wanted)
    found = behind(Turn.SCORE_REVIEW, access.EVERYTHING, later)
    assert found is not None
    waits = found.rows
    assert (list(waits), scores.waiting(training_class=own.training_class)) == ([change], [change])
    erased(own.learner, now=later)
    assert (list(waits.all()), scores.waiting(training_class=own.training_class)) == ([], [])
    for agree in (True, False):
        late = {"by": people.user(), "score": change, "agree": agree, "now": later}
        assert refusal(scores.decide, **late) == ScoreRefusal.ERASED
    assert refusal(scores.record, by=people.user(), **wanted | {"points": {"practice": 700}}) == ScoreRefusal.ERASED
    assert list(Score.objects.values_list("part", "status")) == [("theory", "asked")]


def test_a_sheet_that_says_nothing_new_of_an_erased_record_is_taken(now: datetime) -> None:
    entry, later = counted(now=now, learner=people.learner(now=now))
    assert entry.completion is not None
    own = Enrolment.objects.select_related("training_class", "learner").get(pk=entry.completion.enrolment_id)
    Score.objects.create(
        enrolment=own, part="theory", version=1, points=655, status=Score.Status.HELD, by=people.user(), at=later
    )
    erased(own.learner, now=later)
    assert scores.record(by=people.user(), enrolment=own, points={"theory": 655}, now=later) == []
