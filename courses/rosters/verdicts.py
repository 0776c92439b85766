"""What a staged line means for the service: a new person, a known one, one who is in the class, or a problem.

Whether somebody may enrol is asked of `enrolment.check`; who somebody is, of the digest of the document. A known
person's name is never shown: a differing one is put as a question, or refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext as _

from courses import enrolment
from courses.enrolment import EnrolmentRefusal, EnrolmentRefused
from courses.enrolment.eligibility import Finding
from courses.enrolment.seats import Eligibility
from courses.models import (
    District,
    DocumentKind,
    EducationLevel,
    Enrolment,
    IdentityDocument,
    Learner,
    LearnerCategory,
    RosterRow,
    TrainingClass,
)
from courses.models.catalogue import Named
from courses.people.documents import age_on
from courses.people.learners import IdentityRefusal, IdentityRefused, document_digest
from courses.people.registration import Newcomer
from courses.policy import current, local_date
from courses.rosters.columns import Column, plain
from courses.rosters.lines import Line, Lists, Problem, parse

BATCH = 500
Verdict, Decision = RosterRow.Verdict, RosterRow.Decision
# No refusal of one line: the class takes nobody at all.
OF_THE_CLASS = {
    EnrolmentRefusal.NOT_OPEN,
    EnrolmentRefusal.CLOSED,
    EnrolmentRefusal.CANCELLED,
    EnrolmentRefusal.SUSPENDED,
    EnrolmentRefusal.UNDER_WAY,
    EnrolmentRefusal.OVER,
}
NOBODY_YET = 0
Profile = tuple[int | None, str, int | None]


@dataclass
class Judged:
    """A row with what was found; `learner` for a known person, `newcomer` for somebody to register.

    `findings`: what the rules remarked on without standing against the enrolment.
    """

    row: RosterRow
    line: Line
    verdict: str
    learner: Learner | None = None
    newcomer: Newcomer | None = None
    category_id: int | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def enrols(self) -> bool:
        return self.verdict in (Verdict.NEW, Verdict.KNOWN) or (
            self.verdict == Verdict.ASK and self.row.decision == Decision.SAME
        )

    @property
    def blocks(self) -> bool:
        return self.verdict == Verdict.BAD or (self.verdict == Verdict.ASK and not self.row.decision)

    def refuse(self, problem: Problem) -> None:
        self.line.problems.append(problem)
        self.verdict = Verdict.BAD


@dataclass(frozen=True)
class _Keys:
    education: dict[str, int]
    category: dict[str, int]
    district: dict[str, int]


def judge(*, rows: Sequence[RosterRow], training_class: TrainingClass, now: datetime) -> list[Judged]:
    """Every line against the file, the register and the rules. Refused with EnrolmentRefused: the class takes nobody.

    Register and class are read in a constant number of statements a batch; the rules once a known person
    and once a profile of newcomers.
    """
    lists, keys = _lists(training_class, now), _keys()
    judged = [
        Judged(row, line := parse(row.payload, lists), Verdict.BAD if line.problems else Verdict.NEW) for row in rows
    ]
    _refuse_twice(judged)
    _find_known(judged)
    _set_newcomers(judged, keys, now)
    _weigh(judged, training_class, now)
    return judged


def _named(model: type[Named]) -> dict[str, str]:
    return {plain(name): key for key, name in model._default_manager.values_list("key", "name")}


def _lists(training_class: TrainingClass, now: datetime) -> Lists:
    return Lists(
        kinds=_named(DocumentKind),
        educations=_named(EducationLevel),
        categories=_named(LearnerCategory),
        districts=_named(District),
        class_number=training_class.number,
        today=local_date(now),
    )


def _keys() -> _Keys:
    def of(model: type[Model]) -> dict[str, int]:
        return dict(model._default_manager.values_list("key", "pk"))

    return _Keys(of(EducationLevel), of(LearnerCategory), of(District))


def _digest(one: Judged) -> str:
    document = one.line.document
    return document_digest(kind_key=document.kind, number=document.number) if document else ""


def _refuse_twice(judged: Iterable[Judged]) -> None:
    """The second line of one document is named with the first, whatever else is wrong with either."""
    seen: dict[str, int] = {}
    for one in judged:
        digest = _digest(one)
        if not digest:
            continue
        if digest in seen:
            said = _("与第 %(row)s 行的证件号码相同。请只留一行") % {"row": seen[digest]}
            one.refuse(Problem(Column.NUMBER, said))
        else:
            seen[digest] = one.row.row_no


def _find_known(judged: Sequence[Judged]) -> None:
    by_digest = {digest: one for one in judged if one.verdict == Verdict.NEW and (digest := _digest(one))}
    digests = list(by_digest)
    first: dict[int, int] = {}
    for start in range(0, len(digests), BATCH):
        batch = digests[start : start + BATCH]
        for document in IdentityDocument.objects.filter(digest__in=batch).select_related("learner"):
            one = by_digest[document.digest]
            _recognise(one, document.learner)
            earlier = first.setdefault(document.learner_id, one.row.row_no)
            if earlier != one.row.row_no:
                said = _("与第 %(row)s 行是同一个人，登记过两个证件号码。请只留一行") % {"row": earlier}
                one.refuse(Problem(Column.NUMBER, said))


def _recognise(one: Judged, learner: Learner) -> None:
    one.learner = learner
    if learner.erased_at is not None:
        one.refuse(Problem(Column.NUMBER, IdentityRefused(IdentityRefusal.ERASED).sentence))
    elif _same(one.line.name, learner.name):
        one.verdict = Verdict.KNOWN
    elif _near(one.line.name, learner.name):
        one.verdict = Verdict.ASK
    else:
        one.refuse(Problem(Column.NAME, _("这个证件号码已登记，登记的姓名与这里不同。请与本人核对证件")))


def _bare(name: str) -> str:
    """Dots between parts of a name and letters' case are written in many ways."""
    return "".join(c for c in plain(name) if c not in "·•・.‧-").casefold()


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _near(one: str, other: str) -> bool:
    """One character off, missing or too many, of two or more: a slip of the pen rather than another person."""
    a, b = sorted((_bare(one), _bare(other)), key=len)
    if len(a) < 2 or len(b) - len(a) > 1:
        return False
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    return any(b[:place] + b[place + 1 :] == a for place in range(len(b)))


def _set_newcomers(judged: Iterable[Judged], keys: _Keys, now: datetime) -> None:
    today = local_date(now)
    age_min = current(on=today).age_min
    for one in judged:
        line = one.line
        one.category_id = keys.category.get(line.category)
        if one.verdict != Verdict.NEW or line.document is None:
            continue
        if line.born_on and age_on(birth_date=line.born_on, day=today) < age_min:
            refusal = IdentityRefused(IdentityRefusal.UNDER_AGE, age=age_min)
            one.refuse(Problem(Column.NUMBER, refusal.sentence))
            continue
        one.newcomer = Newcomer(
            name=line.name,
            document=line.document,
            sex=line.sex,
            born_on=line.born_on,
            education_id=keys.education.get(line.education),
            category_id=one.category_id,
            district_id=keys.district.get(line.district),
            phone=line.phone,
        )


def _weigh(judged: Sequence[Judged], training_class: TrainingClass, now: datetime) -> None:
    here = set(
        Enrolment.objects.filter(training_class=training_class, status__in=Enrolment.LIVE).values_list(
            "learner", flat=True
        )
    )
    of_profile: dict[Profile, Eligibility] = {}
    for one in judged:
        if one.learner is not None and one.learner.pk in here and one.verdict != Verdict.BAD:
            one.verdict = Verdict.ALREADY
        if one.verdict not in (Verdict.NEW, Verdict.KNOWN, Verdict.ASK):
            continue
        profile = _profile(one, training_class)
        asked = _asked(one, training_class, now) if profile is None else of_profile.get(profile)
        if asked is None:
            asked = _asked(one, training_class, now)
            assert profile is not None
            of_profile[profile] = asked
        one.findings, refusal = asked.findings, asked.refusal
        if refusal is None:
            continue
        if refusal.code in OF_THE_CLASS:
            raise refusal
        one.refuse(Problem("", _reason(refusal)))


def _asked(one: Judged, training_class: TrainingClass, now: datetime) -> Eligibility:
    """The sheet speaks, not what the person may have begun to answer for this class: nothing of that is declared."""
    return enrolment.check(learner=_as_enrolled(one, now), training_class=training_class, declared=(), now=now)


def _profile(one: Judged, training_class: TrainingClass) -> Profile | None:
    """All that the rules ask of somebody who has no rows yet: full years on the first day, sex, category.

    Newcomers of one profile get one answer; a known person has a history of their own (None).
    """
    if one.newcomer is None:
        return None
    born_on = one.newcomer.born_on
    age = age_on(birth_date=born_on, day=training_class.starts_on) if born_on else None
    return age, one.newcomer.sex, one.category_id


def _as_enrolled(one: Judged, now: datetime) -> Learner:
    """The person as the rules see them: in the category of this training. Somebody new has no rows yet."""
    if one.newcomer is not None:
        learner = one.newcomer.unsaved(now)
        learner.pk = NOBODY_YET
        return learner
    assert one.learner is not None
    one.learner.category_id = one.category_id or one.learner.category_id
    return one.learner


def _reason(refusal: EnrolmentRefused) -> str:
    return _("不能报名。给学员的说明：%(sentence)s") % {"sentence": refusal.sentence}
