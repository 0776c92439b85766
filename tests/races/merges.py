"""A merge and an approval at the same moment: whichever is first, the citizen counts once for the same module."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from courses import completion, ledger, merging
from courses.ledger import joining
from courses.models import Completion, CountClaim, CountEntry, Learner, MergeProposal, TrainingClass, User
from courses.people.numbers import fresh
from tests.factories import catalogue, crowds
from tests.factories.people import user
from tests.races import Arena, Figures, of_pairs
from tests.races.count import _submitted
from tests.races.protection import drop_constraint

THIS = "tests.races.merges"
PAIRS = 300


def run(arena: Arena, *, pairs: int) -> Figures:
    return of_pairs(arena, name="merges", pairs=pairs)


def plant(*, pairs: int) -> list[dict[str, Any]]:
    """Of each citizen two records: one counted yesterday, the other waits for its approval; a merge waits too."""
    now = datetime.now(UTC)
    course = catalogue.course(occupation=catalogue.occupation(key=f"cook-{fresh(prefix='', length=6).lower()}"))
    merged, kept = (crowds.learners(count=pairs, now=now) for _ in range(2))
    first, counted = _submitted(course, catalogue.district(), merged, now)
    yesterday = (now - timedelta(days=1)).date()
    TrainingClass.objects.filter(pk=first.pk).update(starts_on=yesterday, ends_on=yesterday)
    _second, waiting = _submitted(course, catalogue.district("laishan", "莱山区", "370613"), kept, now)
    officers = [user(username=fresh(prefix="merge", length=6)) for _ in range(3)]
    asked: list[dict[str, Any]] = []
    for one, other, done, open_one in zip(merged, kept, counted, waiting, strict=True):
        completion.approve(by=officers[0], completion=Completion.objects.get(pk=done.pk), now=now)
        proposal = merging.propose_merge(by=officers[1], kept=other, merged=one, reason="核对", now=now)
        asked += [
            {"deed": "merge", "key": proposal.pk, "officer_id": officers[2].pk},
            {"deed": "approve", "key": open_one.pk, "officer_id": officers[0].pk},
        ]
    return asked


def contend(*, deed: str, key: int, officer_id: int) -> None:
    by, now = User.objects.get(pk=officer_id), datetime.now(UTC)
    if deed == "merge":
        proposal = MergeProposal.objects.select_related("kept", "merged").get(pk=key)
        merging.confirm_merge(by=by, proposal=proposal, now=now)
    else:
        completion.approve(by=by, completion=Completion.objects.get(pk=key), now=now)


def result() -> dict[str, Any]:
    standing = CountEntry.objects.filter(amount=1, reversal__isnull=True)
    people = set(Learner.objects.filter(merges_kept__isnull=False).values_list("person", flat=True))
    told = list(standing.values_list("person", flat=True))
    faults = [] if sorted(told) == sorted(people) else [f"{len(people)} citizens stand in {len(told)} lines"]
    faults += [str(difference) for difference in ledger.differences()]
    return {"citizens": len(people), "standing": len(told), "faults": faults}


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

_posting: Any = import_module("courses.ledger.post")
_own = (_posting._against, _posting._claim, joining._claims_of)


def unprotect() -> None:
    """Without the unique claim, and with the looks before as rivals at one moment take them: nothing there yet."""
    drop_constraint(CountClaim, "countclaim_once")
    _posting._against = lambda *_asked: None
    _posting._claim = _claim_without_asking
    joining._claims_of = lambda _learner: {}


def protect() -> None:
    _posting._against, _posting._claim, joining._claims_of = _own


def _claim_without_asking(entry: CountEntry) -> bool:
    entry.save(force_insert=True)
    CountClaim.objects.create(person=entry.person, key=entry.claim_key, entry=entry)
    return True
