"""The camp that is being selected for: project papers, and scoring that is half done."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cms.demo.chance import dice
from cms.demo.files import table
from cms.demo.history import Staged
from courses import policy as policies
from courses import selection
from courses.models import Enrolment, TrainingClass, User

REVIEWERS = ("bureau-15", "bureau-16")
# How many are without papers, scored by one, by nobody; one is scored far apart, the others are done.
WITHOUT_PAPERS, BY_ONE, BY_NOBODY = 2, 6, 8


def build_scoring(*, staged: Sequence[Staged], staff: dict[str, User], now: datetime) -> None:
    """Through the domain's own doors, over the last days; the demo officer finds applications to score."""
    for one in staged:
        row = one.run.row
        if row.mode == TrainingClass.Mode.SELECTED and row.status == TrainingClass.Status.ENROLLING:
            _score(row, one.enrolments, [staff[name] for name in REVIEWERS], now)


def _score(row: TrainingClass, applied: Sequence[Enrolment], by: Sequence[User], now: datetime) -> None:
    throw = dice("scoring", row.number)
    policy = policies.of_class(training_class=row, on=policies.local_date(now))
    sheet = selection.sheet_of(kind=row.kind_key, policy=policy)
    papers = table("pitches")
    clerk = row.submitted_by
    assert clerk is not None
    for place, one in enumerate(applied[WITHOUT_PAPERS:]):
        handed_in = max(one.applied_at, now - timedelta(hours=40))
        text = papers[place % len(papers)]
        selection.hand_in(
            enrolment=one,
            title=text["title"],
            summary=text["summary"],
            jobs=int(text["jobs"]),
            by=one.learner.user or clerk,
            now=handed_in,
        )
        many = 0 if place < BY_NOBODY else 1 if place < BY_NOBODY + BY_ONE else len(by)
        worth = throw.randrange(5, 8)
        apart = place == BY_NOBODY + BY_ONE
        for reviewer, shift in list(zip(by, (0, 3 if apart else 1), strict=True))[:many]:
            given = {criterion.key: min(criterion.most, worth + shift) for criterion in sheet}
            at = max(handed_in, now - timedelta(hours=20)) + timedelta(minutes=place + 1)
            selection.score(by=reviewer, enrolment=one, scores=given, now=min(at, now))
