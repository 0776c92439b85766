"""What a staged line means for the service: a new person, a known one, one who is in the class, or a problem.

Whether somebody may enrol is asked of `enrolment.check`; who somebody is, of the digest of the document. A known
person's name is never shown: a nearly equal one is put as a question, another one is refused. So is it asked whether a
new document is of somebody known, who signs in with the same phone under the same or nearly the same name; never for
so many lines of one phone in one file that its questions would tell what is on record. Each upload is on record with
the number of its questions, since over many files nothing but that shows who guesses.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Model
from django.utils.translation import gettext as _

from courses import enrolment, privacy
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
    User,
)
from courses.models.catalogue import Named
from courses.people.documents import age_on
from courses.people.learners import IdentityRefusal, IdentityRefused, document_digest
from courses.people.names import near_name, same_name
from courses.people.registration import Newcomer
from courses.policy import current, local_date
from courses.rosters.columns import Column, plain
from courses.rosters.lines import Line, Lists, Problem, parse

BATCH = 500
# A family may share a phone. Under one phone and one name, each line more in one file would be a guess at a citizen's
# birth date; over several files, the number of questions of each upload is on record.
LINES_OF_A_PHONE = 3
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

    `decision`: what was answered, as far as it still stands; `row.decision` stays as it was read.
    `findings`: what the rules remarked on without standing against the enrolment.
    """

    row: RosterRow
    line: Line
    verdict: str
    decision: str
    learner: Learner | None = None
    newcomer: Newcomer | None = None
    category_id: int | None = None
    findings: list[Finding] = field(default_factory=list)
    question: Problem | None = None

    @cached_property
    def digest(self) -> str:
        """Of the document; empty where it cannot be read."""
        document = self.line.document
        return document_digest(kind_key=document.kind, number=document.number) if document else ""

    @property
    def enrols(self) -> bool:
        """Never what was to be left out, whatever became of the question since."""
        if self.decision == Decision.SKIP:
            return False
        return self.verdict in (Verdict.NEW, Verdict.KNOWN) or (
            self.verdict == Verdict.ASK and self.decision in (Decision.SAME, Decision.NEW)
        )

    @property
    def said(self) -> list[Problem]:
        """What the line's sender is told: the question, or what is wrong."""
        return [self.question] if self.verdict == Verdict.ASK and self.question else self.line.problems

    @property
    def blocks(self) -> bool:
        """Never for what was to be left out: nobody wants that line."""
        if self.decision == Decision.SKIP:
            return False
        return self.verdict == Verdict.BAD or (self.verdict == Verdict.ASK and not self.decision)

    def refuse(self, problem: Problem) -> None:
        self.line.problems.append(problem)
        self.verdict = Verdict.BAD

    def ask(self, question: Problem) -> None:
        """An answer to another question does not stand."""
        self.question, self.verdict = question, Verdict.ASK
        if self.decision not in (Decision.SKIP, offer_of(question.column)):
            self.decision = Decision.NONE


def offer_of(column: str) -> RosterRow.Decision:
    """What may be answered beside leaving the line out: at a name, that it is the person on record; at a phone, that it
    is somebody else, since nobody is enrolled under a document that is not theirs."""
    return Decision.NEW if column == Column.PHONE else Decision.SAME


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
        Judged(row, line := parse(row.payload, lists), Verdict.BAD if line.problems else Verdict.NEW, row.decision)
        for row in rows
    ]
    _refuse_twice(judged)
    _refuse_crowded(judged)
    _find_known(judged)
    _set_newcomers(judged, keys, now)
    _find_akin(judged)
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


def _refuse_twice(judged: Iterable[Judged]) -> None:
    """The second line of one document is named with the first, whatever else is wrong with either."""
    seen: dict[str, int] = {}
    for one in judged:
        if not one.digest:
            continue
        if one.digest in seen:
            said = _("与第 %(row)s 行的证件号码相同。请只留一行") % {"row": seen[one.digest]}
            one.refuse(Problem(Column.NUMBER, said))
        else:
            seen[one.digest] = one.row.row_no


def _refuse_crowded(judged: Sequence[Judged]) -> None:
    """Every line of a phone that stands on too many, by the file alone: whether anybody is known by it, is not told."""
    lines = Counter(one.line.phone for one in judged if one.line.phone)
    for one in judged:
        count = lines[one.line.phone]
        if count > LINES_OF_A_PHONE:
            said = _("这个手机号在名单里填了 %(count)s 行，最多 %(most)s 行。请填各人自己的手机号，没有的请留空") % {
                "count": count,
                "most": LINES_OF_A_PHONE,
            }
            one.refuse(Problem(Column.PHONE, said))


def _find_known(judged: Sequence[Judged]) -> None:
    by_digest = {one.digest: one for one in judged if one.verdict == Verdict.NEW and one.digest}
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
    elif same_name(one.line.name, learner.name):
        one.verdict = Verdict.KNOWN
    elif near_name(one.line.name, learner.name):
        said = _("这个证件号码已登记，登记的姓名与这里只差一个字，或字形不同。请与本人核对证件，再决定")
        one.ask(Problem(Column.NAME, said))
    else:
        one.refuse(Problem(Column.NAME, _("这个证件号码已登记，登记的姓名与这里不同。请与本人核对证件")))


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


def _find_akin(judged: Iterable[Judged]) -> None:
    """Newcomers who may be somebody known under another document, by the phone that a person signs in with."""
    by_phone: dict[str, list[Judged]] = {}
    for one in judged:
        if one.newcomer is not None and one.newcomer.phone:
            by_phone.setdefault(privacy.digest(one.newcomer.phone, purpose="phone"), []).append(one)
    digests = list(by_phone)
    for start in range(0, len(digests), BATCH):
        batch = digests[start : start + BATCH]
        proved = {"learner__verified_at__isnull": False, "learner__erased_at__isnull": True}
        for user in User.objects.filter(phone_digest__in=batch, **proved).select_related("learner"):
            for one in by_phone[str(user.phone_digest)]:
                if one.newcomer is not None and _akin(one.newcomer, user.learner):
                    said = _(
                        "用这个手机号登录的学员姓名相同或相近，登记的是另一个证件号码。请与本人核对，再决定；"
                        "是同一人的，请选「不导入这一行」，由本人带证件到窗口办理证件变更后再报名"
                    )
                    one.ask(Problem(Column.PHONE, said))


def _akin(newcomer: Newcomer, learner: Learner) -> bool:
    """The same or nearly the same name, and neither the day of birth nor the sex tells the two apart: a family often
    shares a phone."""
    if newcomer.born_on and learner.born_on and newcomer.born_on != learner.born_on:
        return False
    if len({newcomer.sex, learner.sex} - {Learner.Sex.UNKNOWN}) > 1:
        return False
    return same_name(newcomer.name, learner.name) or near_name(newcomer.name, learner.name)


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
