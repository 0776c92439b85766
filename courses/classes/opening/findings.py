"""The checks of an opening: each with a code, a sentence and a level (block, warn, off) in the dated policy.

A new check is one line of `CHECKS`: its code, the key of its level in `Policy`, what it asks and its failure in
a word, and a function of the `Opening` that returns the sentence of the failure or nothing.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from courses import policy as policies
from courses.classes.clashes import ClashKind
from courses.classes.opening import standing, timetable
from courses.classes.opening.subject import Opening, openings
from courses.models import TrainingClass
from courses.policy import Level, Policy


class CheckCode(StrEnum):
    HOURS = "hours"
    MIN_HOURS = "min_hours"
    DAY_HOURS = "day_hours"
    SHARES = "shares"
    SIZE = "size"
    SIZE_MIN = "size_min"
    TRAINERS = "trainers"
    LEAD = "lead"
    BEGUN = "begun"
    OVERLAP = "overlap"
    ROOM_CLASH = "room_clash"
    TRAINER_CLASH = "trainer_clash"
    LEARNER_CLASH = "learner_clash"
    TRADE = "trade"
    CARDS = "cards"
    INSTITUTION = "institution"
    DISTRICT = "district"
    CAPACITY = "capacity"
    CERTIFICATES = "certificates"
    PROJECT = "project"


# What no change of the class can mend.
OF_STANDING = frozenset({CheckCode.INSTITUTION, CheckCode.CARDS})


@dataclass(frozen=True)
class Check:
    code: CheckCode
    level_key: str
    asks: str | Promise
    fails: str | Promise
    failure: Callable[[Opening], str | None]


@dataclass(frozen=True)
class Finding:
    """The result of one check; `fails` is its failure in a word, `sentence` what is wrong, empty where it passed."""

    code: CheckCode
    level: Level
    asks: str | Promise
    fails: str | Promise
    sentence: str = ""

    @property
    def passed(self) -> bool:
        return not self.sentence

    @property
    def blocks(self) -> bool:
        return not self.passed and self.level == Level.BLOCK


def checks(*, training_class: TrainingClass, now: datetime, policy: Policy | None = None) -> list[Finding]:
    """Every check of one class that the policy does not switch off, in the order of `CHECKS`."""
    return checks_of(training_classes=[training_class], now=now, policy=policy)[training_class.pk]


def checks_of(
    *, training_classes: Sequence[TrainingClass], now: datetime, policy: Policy | None = None
) -> dict[int, list[Finding]]:
    """The checks of many classes, by class, in a number of statements that does not depend on how many; in none where
    the policy switches all of them off."""
    held = policy or policies.current(on=policies.local_date(now))
    if all(Level(getattr(held, check.level_key)) == Level.OFF for check in CHECKS):
        return {training_class.pk: [] for training_class in training_classes}
    return {
        opening.training_class.pk: findings_of(opening)
        for opening in openings(classes=training_classes, now=now, policy=held)
    }


def findings_of(opening: Opening, *, codes: Collection[CheckCode] = tuple(CheckCode)) -> list[Finding]:
    """The checks of these codes that the opening's policy does not switch off."""
    levels = ((check, Level(getattr(opening.policy, check.level_key))) for check in CHECKS if check.code in codes)
    return [
        Finding(check.code, level, check.asks, check.fails, check.failure(opening) or "")
        for check, level in levels
        if level != Level.OFF
    ]


CHECKS: tuple[Check, ...] = (
    Check(
        CheckCode.HOURS, "check_hours", gettext_lazy("总学时与批准学时一致"), gettext_lazy("学时不符"), timetable.hours
    ),
    Check(
        CheckCode.MIN_HOURS,
        "check_min_hours",
        gettext_lazy("不少于最低学时"),
        gettext_lazy("低于最低学时"),
        timetable.min_hours,
    ),
    Check(
        CheckCode.DAY_HOURS,
        "check_day_hours",
        gettext_lazy("每天学时不超过上限"),
        gettext_lazy("一天学时过多"),
        timetable.day_hours,
    ),
    Check(
        CheckCode.SHARES,
        "check_shares",
        gettext_lazy("理论和实操比例"),
        gettext_lazy("理论实操比例不足"),
        timetable.shares,
    ),
    Check(CheckCode.SIZE, "check_size", gettext_lazy("班额不超过上限"), gettext_lazy("超过班额"), standing.size),
    Check(
        CheckCode.SIZE_MIN,
        "check_size_min",
        gettext_lazy("班额不低于下限"),
        gettext_lazy("低于班额下限"),
        standing.size_min,
    ),
    Check(CheckCode.TRAINERS, "check_trainers", gettext_lazy("教师人数"), gettext_lazy("教师不足"), standing.trainers),
    Check(CheckCode.LEAD, "check_lead", gettext_lazy("提前提交"), gettext_lazy("提交过晚"), timetable.lead),
    Check(
        CheckCode.BEGUN,
        "check_begun",
        gettext_lazy("首次课还没有开始"),
        gettext_lazy("首次课已开始"),
        timetable.begun,
    ),
    Check(
        CheckCode.OVERLAP,
        "check_overlap",
        gettext_lazy("本班课次不重叠"),
        gettext_lazy("本班课次重叠"),
        timetable.clash(ClashKind.OVERLAP),
    ),
    Check(
        CheckCode.ROOM_CLASH,
        "check_room_clash",
        gettext_lazy("教室不冲突"),
        gettext_lazy("教室冲突"),
        timetable.rooms,
    ),
    Check(
        CheckCode.TRAINER_CLASH,
        "check_trainer_clash",
        gettext_lazy("教师不冲突"),
        gettext_lazy("教师冲突"),
        timetable.clash(ClashKind.TRAINER),
    ),
    Check(
        CheckCode.LEARNER_CLASH,
        "check_learner_clash",
        gettext_lazy("学员不冲突"),
        gettext_lazy("学员冲突"),
        timetable.clash(ClashKind.LEARNER),
    ),
    Check(
        CheckCode.TRADE,
        "check_trade",
        gettext_lazy("职业等级或培训类型已登记"),
        gettext_lazy("职业等级或培训类型未登记"),
        standing.trade,
    ),
    Check(
        CheckCode.CARDS,
        "check_cards",
        gettext_lazy("机构没有因红黄牌暂停开班"),
        gettext_lazy("机构红黄牌停办"),
        standing.cards,
    ),
    Check(
        CheckCode.INSTITUTION,
        "check_institution",
        gettext_lazy("机构状态正常"),
        gettext_lazy("机构已暂停或移出"),
        standing.institution,
    ),
    Check(
        CheckCode.DISTRICT,
        "check_district",
        gettext_lazy("区市与上课地点一致"),
        gettext_lazy("区市与场地不符"),
        standing.district,
    ),
    Check(
        CheckCode.CAPACITY,
        "check_capacity",
        gettext_lazy("场地容纳得下"),
        gettext_lazy("超过场地容量"),
        standing.capacity,
    ),
    Check(
        CheckCode.CERTIFICATES,
        "check_certificates",
        gettext_lazy("教师在备案里，证书有效"),
        gettext_lazy("教师证书不符"),
        standing.certificates,
    ),
    Check(
        CheckCode.PROJECT,
        "check_project",
        gettext_lazy("不超过项目计划"),
        gettext_lazy("超过项目计划"),
        standing.project,
    ),
)
