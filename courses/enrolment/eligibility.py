"""Who may have a seat: the rules, each of which can find something against an application or remark on it.

Pure over loaded facts. Which rules block, warn or rest, and the numbers and lists that they ask, are dated policy
(`Policy.eligibility`, `ages`, `retirement_ages`, `categories`, `proof_categories`, `criteria`), pinned on the class.
The examples in `examples.csv` are tested. Source: domain §2.6–2.7, §8.4 (28), §9.10.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from courses.people.documents import age_on
from courses.policy import Policy


class Code(StrEnum):
    UNDER_AGE = "under_age"
    OVER_AGE = "over_age"
    RETIRED = "retired"
    CATEGORY_MISSING = "category_missing"
    CATEGORY_NOT_MEANT = "category_not_meant"
    GRADUATION_UNKNOWN = "graduation_unknown"
    NOT_GRADUATING = "not_graduating"
    SAME_MODULE = "same_module"
    HIGHER_LEVEL = "higher_level"
    OVERLAP = "overlap"
    WAITING_ELSEWHERE = "waiting_elsewhere"
    MANY_THIS_YEAR = "many_this_year"
    CRITERIA = "criteria"
    PROOF_MISSING = "proof_missing"


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"


class Step(StrEnum):
    """What of the task list an applicant can still do about it."""

    CATEGORY = "category"
    GRADUATION = "graduation"
    CRITERIA = "criteria"
    PROOF = "proof"


@dataclass(frozen=True)
class Facts:
    """Everything that the rules ask, about one learner and one class. `higher_held` is of the class's occupation,
    `overlaps` the number of another class at the same time, `waits` that of one where the learner only waits."""

    kind: str
    starts_on: date
    born_on: date | None = None
    sex: str = ""
    category: str = ""
    graduates_on: date | None = None
    declared: frozenset[str] = frozenset()
    has_proof: bool = False
    done_before: bool = False
    higher_held: bool = False
    overlaps: str = ""
    waits: str = ""
    completed_in_year: int = 0

    @property
    def age(self) -> int | None:
        """Whole years on the day the class starts; None where the document tells no birth date."""
        return age_on(birth_date=self.born_on, day=self.starts_on) if self.born_on else None


@dataclass(frozen=True)
class Finding:
    """One remark of one rule, in words for the applicant and for staff alike."""

    code: Code
    severity: Severity
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def blocks(self) -> bool:
        return self.severity == Severity.BLOCK

    @property
    def step(self) -> Step | None:
        return STEPS.get(self.code)

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code]) % self.values

    @property
    def own_sentence(self) -> str:
        """For the applicant alone: which other class it is concerns no institution but that one."""
        named = OTHER in self.values and self.code in NAMED
        return str(NAMED[self.code] if named else SENTENCES[self.code]) % self.values

    @property
    def next_step(self) -> str:
        return str(NEXT_BLOCKED[self.code] if self.blocks else NEXT_WARNED.get(self.code, WARNED))


SENTENCES: dict[Code, Promise] = {
    Code.UNDER_AGE: _("开班时未满 %(age)s 周岁。"),
    Code.OVER_AGE: _("这类培训面向 %(low)s 至 %(high)s 周岁。"),
    Code.RETIRED: _("开班时可能已到退休年龄。"),
    Code.CATEGORY_MISSING: _("还没有填写人员类别。"),
    Code.CATEGORY_NOT_MEANT: _("这类培训只面向指定的人员类别。"),
    Code.GRADUATION_UNKNOWN: _("在校学生还没有填写毕业日期。"),
    Code.NOT_GRADUATING: _("在校学生只有在毕业学年才能参加，毕业学年从 %(since)s 起，到毕业为止。"),
    Code.SAME_MODULE: _("同样的内容已经学完，每人可免费学一次。"),
    Code.HIGHER_LEVEL: _("已取得同一职业更高的等级。"),
    Code.OVERLAP: _("上课时间与已报的班重叠。"),
    Code.WAITING_ELSEWHERE: _("还在另一个班候补或等评选，上课时间与这个班重叠。这个班录取后，那边轮到时不能再录取。"),
    Code.MANY_THIS_YEAR: _("今年已结业 %(count)s 次，一年一般不超过 %(limit)s 次。"),
    Code.CRITERIA: _("还没有确认这类培训的参加条件。"),
    Code.PROOF_MISSING: _("还没有提交人员类别的证明材料。"),
}

# Told to the applicant, and never kept: see `as_rows`.
OTHER = "other"
NAMED: dict[Code, Promise] = {
    Code.OVERLAP: _("上课时间与您已报的 %(other)s 班重叠。"),
    Code.WAITING_ELSEWHERE: _(
        "您还在 %(other)s 班候补或等评选，上课时间与这个班重叠。这个班录取后，那边轮到您时不能再录取。"
    ),
}

OTHERS = _("请看看其他课程。")
ASK = _("如有疑问，请致电咨询电话。")
WARNED = _("不影响报名，工作人员会核对。")
NEXT_BLOCKED: dict[Code, Promise] = {
    Code.UNDER_AGE: ASK,
    Code.OVER_AGE: ASK,
    Code.RETIRED: ASK,
    Code.CATEGORY_MISSING: _("请先选择人员类别。"),
    Code.CATEGORY_NOT_MEANT: OTHERS,
    Code.GRADUATION_UNKNOWN: _("请先填写毕业日期。"),
    Code.NOT_GRADUATING: ASK,
    Code.SAME_MODULE: OTHERS,
    Code.HIGHER_LEVEL: OTHERS,
    Code.OVERLAP: _("请换一个班次，或先退出那个班。"),
    Code.WAITING_ELSEWHERE: _("请先退出那个班的候补。"),
    Code.MANY_THIS_YEAR: _("请明年再报，如有疑问请致电咨询电话。"),
    Code.CRITERIA: _("请本人逐条确认。"),
    Code.PROOF_MISSING: _("请先提交证明材料。"),
}
NEXT_WARNED: dict[Code, Promise] = {
    Code.PROOF_MISSING: _("可以先报名，开班前补上。"),
    Code.WAITING_ELSEWHERE: _("想保留那边的名次，不报或退出这个班即可。"),
}
STEPS: dict[Code, Step] = {
    Code.CATEGORY_MISSING: Step.CATEGORY,
    Code.CATEGORY_NOT_MEANT: Step.CATEGORY,
    Code.GRADUATION_UNKNOWN: Step.GRADUATION,
    Code.CRITERIA: Step.CRITERIA,
    Code.PROOF_MISSING: Step.PROOF,
}
STUDENT = "student"

# What a rule says: nothing, or the values of its sentence.
Said = dict[str, Any] | None
Rule = Callable[[Facts, Policy], Said]


def _under_age(facts: Facts, policy: Policy) -> Said:
    low = policy.ages.get(facts.kind, [policy.age_min])[0]
    return {"age": low} if facts.age is not None and facts.age < low else None


def _over_age(facts: Facts, policy: Policy) -> Said:
    if facts.kind not in policy.ages or facts.age is None:
        return None
    low, high = policy.ages[facts.kind]
    return {"low": low, "high": high} if facts.age > high else None


def _retired(facts: Facts, policy: Policy) -> Said:
    limit = policy.retirement_ages.get(facts.sex)
    by_age = limit is not None and facts.age is not None and facts.age >= limit
    return {} if by_age or facts.category == "retireflag" else None


def _category_missing(facts: Facts, policy: Policy) -> Said:
    return {} if facts.kind in policy.categories and not facts.category else None


def _category_not_meant(facts: Facts, policy: Policy) -> Said:
    meant = policy.categories.get(facts.kind)
    return {} if meant and facts.category and facts.category not in meant else None


def _graduation_unknown(facts: Facts, _policy: Policy) -> Said:
    return {} if facts.category == STUDENT and facts.graduates_on is None else None


def _not_graduating(facts: Facts, _policy: Policy) -> Said:
    """毕业学年: from 1 July of the year before the diploma to the day of the diploma."""
    if facts.category != STUDENT or facts.graduates_on is None:
        return None
    since = date(facts.graduates_on.year - 1, 7, 1)
    return None if since <= facts.starts_on <= facts.graduates_on else {"since": since.isoformat()}


def _many_this_year(facts: Facts, policy: Policy) -> Said:
    """Of the calendar year in which the class ends; which completions are among them, `weighing` says."""
    limit = policy.completions_per_year
    return {"count": facts.completed_in_year, "limit": limit} if facts.completed_in_year >= limit else None


def _criteria(facts: Facts, policy: Policy) -> Said:
    return {} if {key for key, *_words in policy.criteria.get(facts.kind, [])} - facts.declared else None


def _proof_missing(facts: Facts, policy: Policy) -> Said:
    return {} if facts.category in policy.proof_categories and not facts.has_proof else None


RULES: dict[Code, Rule] = {
    Code.UNDER_AGE: _under_age,
    Code.OVER_AGE: _over_age,
    Code.CATEGORY_NOT_MEANT: _category_not_meant,
    Code.NOT_GRADUATING: _not_graduating,
    Code.SAME_MODULE: lambda facts, _policy: {} if facts.done_before else None,
    Code.HIGHER_LEVEL: lambda facts, _policy: {} if facts.higher_held else None,
    Code.OVERLAP: lambda facts, _policy: {OTHER: facts.overlaps} if facts.overlaps else None,
    Code.CATEGORY_MISSING: _category_missing,
    Code.GRADUATION_UNKNOWN: _graduation_unknown,
    Code.CRITERIA: _criteria,
    Code.PROOF_MISSING: _proof_missing,
    Code.WAITING_ELSEWHERE: lambda facts, _policy: {OTHER: facts.waits} if facts.waits else None,
    Code.MANY_THIS_YEAR: _many_this_year,
    Code.RETIRED: _retired,
}


def findings(*, facts: Facts, policy: Policy) -> list[Finding]:
    """Everything that the rules in force find, what blocks first; what nobody can mend stands before what one can."""
    found = []
    for code, rule in RULES.items():
        severity = policy.eligibility[code]
        if severity != "off" and (values := rule(facts, policy)) is not None:
            found.append(Finding(code, Severity(severity), values))
    return sorted(found, key=lambda finding: not finding.blocks)


def as_rows(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """As kept on the enrolment: codes and numbers of policy, so that each reader has the words in their language."""
    return [{"code": row.code, "severity": row.severity, "values": _to_keep(row)} for row in found]


def _to_keep(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in finding.values.items() if name != OTHER}


def from_rows(rows: Iterable[dict[str, Any]]) -> list[Finding]:
    return [Finding(Code(row["code"]), Severity(row["severity"]), row["values"]) for row in rows]


def criteria_of(*, kind: str, policy: Policy) -> list[tuple[str, str]]:
    """What an applicant of this kind of training declares: key and words, in the language of the reader."""
    english = (get_language() or "zh").startswith("en")
    return [(key, words_en if english else words) for key, words, words_en in policy.criteria.get(kind, [])]
