"""Everything that speaks for or against one learner and one class, read in one statement.

What uses up a person's allowance (once for the same content, so many in a calendar year) is training that public money
pays for, counted or on its way (domain §2.7: subsidies). So what feeds neither target (`own_line`: trainer and manager
training, guidance) weighs as any other; that is the bureau's choice, as no source speaks of it. Completions of a class
that holds a red card weigh nothing: the card cancels the class and its subsidy (domain §2.10), and the learner may take
the content anew; with the card withdrawn they weigh again. A second time for the same content adds nothing to the year,
as it is no person-time (domain §2.12); what was one too many of a year was training of that year all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from courses import catalogue
from courses import policy as policies
from courses.enrolment.drafts import Answers
from courses.enrolment.eligibility import STUDENT, Code, Facts, Finding, Step, findings
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.models import Card, Completion, Enrolment, EnrolmentDraft, Learner, Lesson, Proof, TrainingClass
from courses.people.consents import TRUTH
from courses.policy import Policy


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


LIVE = _quoted(Enrolment.LIVE)
SEATED = _quoted(Enrolment.SEATED)
WAITS = _quoted((Enrolment.Status.WAITLISTED, Enrolment.Status.CANDIDATE))
# A class that is over or called off has no hours of anybody any more; a suspended one may go on.
OVER = _quoted((TrainingClass.Status.CANCELLED, TrainingClass.Status.CLOSED, TrainingClass.Status.ARCHIVED))
ON_ITS_WAY = _quoted((Completion.Status.PROPOSED, Completion.Status.SUBMITTED, Completion.Status.APPROVED))
# The class `o` of a completion that weighs holds no red card.
NO_RED_CARD = f"""NOT EXISTS (SELECT 1 FROM courses_card k WHERE k.training_class_id = o.id
                  AND k.colour = '{Card.Colour.RED}' AND k.status = '{Card.Status.SHOWN}')"""  # noqa: S608
# The record and those that were merged into it; not with an OR, which would read every enrolment.
OWN = """(SELECT %(learner)s AS id UNION ALL
          SELECT p.merged_id FROM courses_personmerge p WHERE p.kept_id = %(learner)s)"""

# From the lessons of one class to what a learner has in others that still enrol, at the same time: no seat yet, but a
# place from which there may be one. The one definition of a place that a seat here would cost.
AT_STAKE = f"""
          FROM courses_lesson l
          JOIN courses_lesson x ON x.starts_at < l.ends_at AND x.ends_at > l.starts_at
          JOIN courses_enrolment e ON e.training_class_id = x.training_class_id
          JOIN courses_trainingclass o ON o.id = x.training_class_id
         WHERE l.training_class_id = {{here}} AND x.training_class_id <> {{here}} AND e.learner_id = {{learner}}
           AND e.status IN ({WAITS}) AND o.status = '{TrainingClass.Status.ENROLLING}'
           AND l.status = '{Lesson.Status.PLANNED}' AND x.status = '{Lesson.Status.PLANNED}'
"""
OWN_AT_STAKE = f"SELECT e.id {AT_STAKE.format(here='%s', learner='%s')}"
# By hand, as putting it together from query sets took longer than all else in an enrolment.
FACTS = f"""
SELECT c.*,
       EXISTS (SELECT 1 FROM courses_enrolment e
               WHERE e.learner_id = %(learner)s AND e.training_class_id = c.id AND e.status IN ({LIVE})
              ) AS already_live,
       (SELECT d.answers FROM courses_enrolmentdraft d
         WHERE d.learner_id = %(learner)s AND d.training_class_id = c.id) AS draft,
       EXISTS (SELECT 1 FROM courses_proof p
               WHERE p.learner_id = %(learner)s AND p.category_id = %(category)s AND p.deleted_at IS NULL
              ) AS own_proof,
       (SELECT MAX(n.version) FROM courses_consentnotice n WHERE n.key = '{TRUTH}') AS truth,
       (SELECT g.key FROM courses_learnercategory g WHERE g.id = %(category)s) AS own_category,
       EXISTS (SELECT 1 FROM courses_countclaim m WHERE m.person = %(person)s AND m.key = c.claim_key) AS claimed,
       -- The same content, completed in another class, whether counted already or on its way.
       EXISTS (SELECT 1 FROM courses_completion f
                 JOIN courses_enrolment e ON e.id = f.enrolment_id
                 JOIN courses_trainingclass o ON o.id = e.training_class_id
                WHERE e.learner_id IN {OWN} AND o.claim_key = c.claim_key AND o.id <> c.id
                  AND f.status IN ({ON_ITS_WAY}) AND {NO_RED_CARD}
              ) AS completed,
       -- A level above that of the class, which the person is counted for in its occupation.
       EXISTS (SELECT 1 FROM courses_countclaim m
                 JOIN courses_occupation o ON o.id = c.occupation_id
                 JOIN courses_skilllevel own ON own.id = c.level_id
                 JOIN courses_skilllevel higher ON higher.rank > own.rank
                WHERE m.person = %(person)s AND m.key = 'occupation:' || o.key || ':' || higher.key
              ) AS higher_held,
       -- Such a level, completed and not counted yet.
       EXISTS (SELECT 1 FROM courses_completion f
                 JOIN courses_enrolment e ON e.id = f.enrolment_id
                 JOIN courses_trainingclass o ON o.id = e.training_class_id
                 JOIN courses_skilllevel own ON own.id = c.level_id
                 JOIN courses_skilllevel higher ON higher.id = o.level_id AND higher.rank > own.rank
                WHERE e.learner_id IN {OWN} AND o.occupation_id = c.occupation_id
                  AND f.status IN ({ON_ITS_WAY}) AND {NO_RED_CARD}
              ) AS higher_completed,
       -- Another class in which the learner holds a seat, with a lesson at the time of one of this class.
       (SELECT MIN(o.number) FROM courses_lesson l
          JOIN courses_lesson x ON x.starts_at < l.ends_at AND x.ends_at > l.starts_at
          JOIN courses_enrolment e ON e.training_class_id = x.training_class_id
          JOIN courses_trainingclass o ON o.id = x.training_class_id
         WHERE l.training_class_id = c.id AND x.training_class_id <> c.id AND e.learner_id = %(learner)s
           AND e.status IN ({SEATED}) AND o.status NOT IN ({OVER})
           AND l.status = '{Lesson.Status.PLANNED}' AND x.status = '{Lesson.Status.PLANNED}'
       ) AS clashes,
       (SELECT MIN(o.number) {AT_STAKE.format(here="c.id", learner="%(learner)s")}) AS waits,
       (SELECT COUNT(*) FROM courses_countclaim m JOIN courses_countentry t ON t.id = m.entry_id
         WHERE m.person = %(person)s AND t.year = %(year)s) AS counted_in_year,
       -- Content that has no claim yet comes into the year in which its class ends, once.
       (SELECT COUNT(DISTINCT o.claim_key) FROM courses_completion f
          JOIN courses_enrolment e ON e.id = f.enrolment_id
          JOIN courses_trainingclass o ON o.id = e.training_class_id
         WHERE e.learner_id IN {OWN} AND o.id <> c.id AND f.status IN ({ON_ITS_WAY})
           AND o.ends_on BETWEEN %(first)s AND %(last)s AND {NO_RED_CARD}
           AND NOT EXISTS (SELECT 1 FROM courses_countclaim m WHERE m.person = %(person)s AND m.key = o.claim_key)
       ) AS uncounted_in_year
  FROM courses_trainingclass c
 WHERE c.id = %(class)s
"""  # noqa: S608  (only words of our own lists are put in)


@dataclass(frozen=True)
class Weighed:
    """The class as it stands now, the facts with what a draft says on top, and what the rules of `policy` find; `truth`
    is the version of the text by which one vouches for what one states, empty where there is none."""

    training_class: TrainingClass
    policy: Policy
    answers: Answers
    facts: Facts
    already_live: bool
    found: list[Finding]
    truth: str

    @property
    def blocking(self) -> Finding | None:
        return next((finding for finding in self.found if finding.blocks), None)

    @property
    def at_stake(self) -> bool:
        """Whether a seat in this class would cost the learner a place in another; that is told and agreed to first."""
        return any(finding.code == Code.WAITING_ELSEWHERE and not finding.blocks for finding in self.found)

    @property
    def steps(self) -> list[Step]:
        """The questions that this applicant has for this class, in the order in which they are asked."""
        facts, policy = self.facts, self.policy
        asked = {
            Step.CATEGORY: facts.kind in policy.categories or not facts.category,
            Step.GRADUATION: facts.category == STUDENT,
            Step.PROOF: facts.category in policy.proof_categories,
            Step.CRITERIA: facts.kind in policy.criteria,
        }
        return [step for step, wanted in asked.items() if wanted]

    @property
    def open_steps(self) -> list[Step]:
        """Those of the questions about which a rule still has something to say."""
        said = {finding.step for finding in self.found}
        return [step for step in self.steps if step in said]


def weigh(
    *,
    learner: Learner,
    training_class: TrainingClass,
    declared: Iterable[str] | None,
    now: datetime,
    category: str | None = None,
) -> Weighed:
    """One statement; two where a draft, or `category`, names another category that needs proof.

    `training_class` is read afresh; of the one in hand only key and year are used. `declared` is what somebody else
    confirmed for the learner; with None it is the learner's own draft that speaks. `category` is the key of the one
    that an application was made with, where one is weighed again.
    """
    row: Any = _row(learner=learner, training_class=training_class)
    policy = policies.of_class(training_class=row, on=policies.local_date(now))
    answers = Answers.read(row.draft) if declared is None else Answers(declared=tuple(declared))
    category = category or answers.category or row.own_category or ""
    has_proof = bool(row.own_proof)
    if category != row.own_category and category in policy.proof_categories:
        has_proof = Proof.objects.filter(learner=learner, category__key=category, deleted_at__isnull=True).exists()
    facts = Facts(
        kind=row.kind_key,
        starts_on=row.starts_on,
        born_on=learner.born_on,
        sex=learner.sex,
        category=category,
        graduates_on=answers.graduates_on or learner.graduates_on,
        declared=frozenset(answers.declared),
        has_proof=has_proof,
        done_before=bool(row.claimed or row.completed),
        higher_held=bool(row.higher_held or row.higher_completed),
        overlaps=row.clashes or "",
        waits=row.waits or "",
        completed_in_year=row.counted_in_year + row.uncounted_in_year,
    )
    found = findings(facts=facts, policy=policy)
    return Weighed(row, policy, answers, facts, bool(row.already_live), found, row.truth or "")


def places_at_stake(*, learner: Learner, training_class: TrainingClass) -> list[Enrolment]:
    """The places in other classes that a seat in this one would cost the learner: `Facts.waits` names the first."""
    at_stake = RawSQL(OWN_AT_STAKE, [training_class.pk, training_class.pk, learner.pk])  # noqa: S611
    found = Enrolment.objects.filter(pk__in=at_stake)
    return list(found.select_related("training_class__course").order_by("training_class__number"))


# Why a class that does not enrol does not: each has its own next step.
SHUT: dict[str, EnrolmentRefusal] = {
    TrainingClass.Status.CANCELLED: EnrolmentRefusal.CANCELLED,
    TrainingClass.Status.SUSPENDED: EnrolmentRefusal.SUSPENDED,
    TrainingClass.Status.RUNNING: EnrolmentRefusal.UNDER_WAY,
    TrainingClass.Status.ASSESSING: EnrolmentRefusal.UNDER_WAY,
    TrainingClass.Status.CLOSED: EnrolmentRefusal.OVER,
    TrainingClass.Status.ARCHIVED: EnrolmentRefusal.OVER,
}


def decide(*, learner: Learner, weighed: Weighed, now: datetime) -> None:
    """Refused with EnrolmentRefused for the first thing that keeps this learner out of this class now."""
    if weighed.training_class.status != TrainingClass.Status.ENROLLING:
        raise EnrolmentRefused(SHUT.get(weighed.training_class.status, EnrolmentRefusal.NOT_OPEN))
    if not catalogue.is_open(training_class=weighed.training_class, now=now):
        raise EnrolmentRefused(EnrolmentRefusal.CLOSED)
    if learner.verified_at is None:
        raise EnrolmentRefused(EnrolmentRefusal.NOT_VERIFIED)
    if weighed.already_live:
        raise EnrolmentRefused(EnrolmentRefusal.ALREADY_ENROLLED)
    if weighed.blocking:
        raise EnrolmentRefused.because(weighed.blocking)


def _row(*, learner: Learner, training_class: TrainingClass) -> TrainingClass:
    """The class with every fact beside it. Its course is shared with the one in hand, where that was read before."""
    person = Learner._meta.get_field("person").get_db_prep_value(learner.person, connection)
    year = training_class.ends_on.year
    about = {
        "learner": learner.pk,
        "person": person,
        "category": learner.category_id or 0,
        "class": training_class.pk,
        "year": year,
        "first": date(year, 1, 1),
        "last": date(year, 12, 31),
    }
    found = list(TrainingClass.objects.raw(FACTS, about))
    if not found:
        raise TrainingClass.DoesNotExist
    row: Any = found[0]
    row.draft = EnrolmentDraft._meta.get_field("answers").from_db_value(row.draft, None, connection)
    if TrainingClass.course.is_cached(training_class):
        row.course = training_class.course
    known: TrainingClass = row
    return known
