"""The reasoning kept at each step of a completion, made ready to be read, and what changed between steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from courses import completion as completions_module
from courses import privacy
from courses.models import Completion, User

Stored = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One of the three decisions: its word, who took it (masked), when, and the reasoning as it stood then."""

    word: str
    by: str
    at: datetime | None
    passed: bool
    stored: Stored

    @property
    def lines(self) -> list[Stored]:
        """One requirement each: code, value, threshold, met."""
        return list(self.stored["findings"])


@dataclass(frozen=True)
class Reasoned:
    """`differences` are requirements whose value moved between two steps: code, the words of both, the values as kept,
    None where it was not asked then."""

    completion: Completion
    steps: list[Step]
    differences: list[Stored]

    @property
    def lines(self) -> list[Stored]:
        """As the latest step saw them."""
        return self.steps[-1].lines if self.steps else []

    @property
    def unmet(self) -> list[Stored]:
        return [line for line in self.lines if not line["met"]]


def read_reasoning(completion: Completion) -> Reasoned:
    steps = [
        _step(_("老师提出"), completion.proposed_by, completion.proposed_at, completion.proposed_reasoning),
        _step(_("机构提交"), completion.submitted_by, completion.submitted_at, completion.submitted_reasoning),
        _step(_("区市批准"), completion.approved_by, completion.approved_at, completion.approved_reasoning),
    ]
    taken = [step for step in steps if step is not None]
    changed = [line for earlier, later in pairwise(taken) for line in _changes(earlier, later)]
    return Reasoned(completion, taken, changed)


def _step(word: str, by: User | None, at: datetime | None, stored: Stored | None) -> Step | None:
    if not stored:
        return None
    name = privacy.mask_name(by.name) or by.username if by else ""
    return Step(word, name, at, bool(stored["passed"]), stored)


def _changes(earlier: Step, later: Step) -> list[Stored]:
    changed = completions_module.differences(dict(earlier.stored), dict(later.stored))
    return [
        {"code": code, "first": earlier.word, "then": then, "second": later.word, "now": now}
        for code, then, now in changed
    ]
