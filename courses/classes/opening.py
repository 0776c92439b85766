"""The checks of an opening: each with a code, a sentence and a level (block, warn, off) in the dated policy.

A new check is one line of `CHECKS`: its code, the key of its level in `Policy`, what it asks and its failure in
a word, and a function of the `Opening` that returns the sentence of the failure or nothing.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses import dates, institutions
from courses import policy as policies
from courses.classes.clashes import Clash, ClashKind, clashes_of
from courses.institutions import Block
from courses.models import Lesson, Line, RegisteredTrade, SizeOverride, TrainingClass
from courses.policy import Level, Policy

Status = TrainingClass.Status


class CheckCode(StrEnum):
    HOURS = "hours"
    MIN_HOURS = "min_hours"
    DAY_HOURS = "day_hours"
    SHARES = "shares"
    SIZE = "size"
    TRAINERS = "trainers"
    LEAD = "lead"
    OVERLAP = "overlap"
    ROOM_CLASH = "room_clash"
    TRAINER_CLASH = "trainer_clash"
    LEARNER_CLASH = "learner_clash"
    TRADE = "trade"
    CARDS = "cards"


@dataclass(frozen=True)
class Opening:
    """What the checks look at; minutes of planned lessons, days as business dates."""

    training_class: TrainingClass
    policy: Policy
    lessons: Sequence[Lesson]
    trainers: int
    allowed_seats: int
    handed_in_on: date
    calendar: dict[date, str]
    clashes: Sequence[Clash]
    trades: Sequence[RegisteredTrade]
    block: Block | None

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)

    def hours(self, minutes: int) -> str:
        """学时 as it is written: whole, or with one decimal."""
        return f"{minutes / self.policy.hour_minutes:.1f}".removesuffix(".0")


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
    """The checks of many classes, by class, in a number of statements that does not depend on how many."""
    held = policy or policies.current(on=policies.local_date(now))
    return {opening.training_class.pk: findings_of(opening) for opening in _openings(training_classes, now, held)}


def opening_of(*, training_class: TrainingClass, now: datetime, policy: Policy) -> Opening:
    """What the checks look at, of one class as its rows say now."""
    return next(iter(_openings([training_class], now, policy)))


def findings_of(opening: Opening, *, codes: Collection[CheckCode] = tuple(CheckCode)) -> list[Finding]:
    """The checks of these codes that the opening's policy does not switch off."""
    levels = ((check, Level(getattr(opening.policy, check.level_key))) for check in CHECKS if check.code in codes)
    return [
        Finding(check.code, level, check.asks, check.fails, check.failure(opening) or "")
        for check, level in levels
        if level != Level.OFF
    ]


def _openings(classes: Sequence[TrainingClass], now: datetime, policy: Policy) -> Iterable[Opening]:
    pks = [training_class.pk for training_class in classes]
    lessons: dict[int, list[Lesson]] = {pk: [] for pk in pks}
    for lesson in Lesson.objects.filter(training_class__in=pks, status=Lesson.Status.PLANNED).order_by("starts_at"):
        lessons[lesson.training_class_id].append(lesson)
    trainers = dict(
        TrainingClass.objects.filter(pk__in=pks).order_by().values_list("pk").annotate(many=Count("trainers"))
    )
    overrides = dict(
        SizeOverride.objects.filter(training_class__in=pks)
        .order_by()
        .values_list("training_class")
        .annotate(seats=Max("seats"))
    )
    clashes = clashes_of(pks=pks, policy=policy)
    schools = [training_class.institution_id for training_class in classes]
    trades = institutions.trades_in_force(institutions=schools)
    blocks = institutions.blocks(institutions=schools, on=policies.local_date(now), policy=policy)
    handed_in = {training_class.pk: _handed_in_on(training_class, now) for training_class in classes}
    days = [*handed_in.values(), *(training_class.starts_on for training_class in classes)]
    calendar = policies.calendar_between(start=min(days) - timedelta(days=1), end=max(days)) if days else {}
    for training_class in classes:
        pk = training_class.pk
        yield Opening(
            training_class=training_class,
            policy=policy,
            lessons=lessons[pk],
            trainers=trainers.get(pk, 0),
            allowed_seats=overrides.get(pk, 0),
            handed_in_on=handed_in[pk],
            calendar=calendar,
            clashes=clashes[pk],
            trades=trades.get(training_class.institution_id, []),
            block=blocks.get(training_class.institution_id),
        )


def _handed_in_on(training_class: TrainingClass, now: datetime) -> date:
    """The day of submission; for a class that is still with its institution, today."""
    waits = training_class.status in (Status.DRAFT, Status.RETURNED) or training_class.submitted_at is None
    return policies.local_date(now if waits or training_class.submitted_at is None else training_class.submitted_at)


def approved_hours(training_class: TrainingClass) -> tuple[int, int]:
    """学时 of theory and practice that the class has to meet for: frozen at approval, until then the course's."""
    source = training_class if training_class.policy_id else training_class.course
    return source.hours_theory, source.hours_practice


def _trade(opening: Opening) -> str | None:
    training_class = opening.training_class
    course = training_class.course
    if institutions.covers(
        trades=opening.trades, occupation=course.occupation_id, level=course.level_id, on=training_class.ends_on
    ):
        return None
    return _("机构档案里没有「%(course)s」这一职业和等级，或登记期早于结束日期。请先办登记。") % {
        "course": course.label
    }


def _cards(opening: Opening) -> str | None:
    block = opening.block
    if block is None:
        return None
    return _(
        "机构 %(year)s 年有红牌 %(red)s 张、黄牌 %(yellow)s 张，到 %(until)s 前不能开新班。有异议请联系主管部门。"
    ) % {
        "year": block.year,
        "red": block.red,
        "yellow": block.yellow,
        "until": f"{block.until:%Y-%m-%d}",
    }


def _hours(opening: Opening) -> str | None:
    approved = sum(approved_hours(opening.training_class))
    if not approved or opening.minutes == approved * opening.policy.hour_minutes:
        return None
    return _("课程表共 %(planned)s 学时，批准的是 %(approved)s 学时。请调整课程表。") % {
        "planned": opening.hours(opening.minutes),
        "approved": approved,
    }


def _min_hours(opening: Opening) -> str | None:
    course = opening.training_class.course
    least = course.kind.min_hours
    if least is None or course.hours >= least:
        return None
    return _("课程共 %(hours)s 学时，这类培训最低 %(least)s 学时。请核对课程。") % {
        "hours": course.hours,
        "least": least,
    }


def _day_hours(opening: Opening) -> str | None:
    minutes: dict[date, int] = {}
    for lesson in opening.lessons:
        day = policies.local_date(lesson.starts_at)
        minutes[day] = minutes.get(day, 0) + lesson.minutes
    limit = opening.policy.day_hours_max
    for day, total in sorted(minutes.items()):
        if total > limit * opening.policy.hour_minutes:
            return _("%(day)s 排了 %(hours)s 学时，超过每天 %(limit)s 学时。请调整课程表。") % {
                "day": dates.day(day),
                "hours": opening.hours(total),
                "limit": limit,
            }
    return None


def _shares(opening: Opening) -> str | None:
    """Of skills classes alone; in percent of the planned minutes."""
    if opening.training_class.course.kind.line != Line.SKILLS or not opening.minutes:
        return None
    theory = sum(lesson.minutes for lesson in opening.lessons if lesson.part == Lesson.Part.THEORY)
    practice = opening.minutes - theory
    policy = opening.policy
    enough = theory * 100 >= policy.theory_share_min * opening.minutes
    if enough and practice * 100 >= policy.practice_share_min * opening.minutes:
        return None
    return _("理论占 %(theory)s%%，实操占 %(practice)s%%；要求理论不少于 %(t)s%%，实操不少于 %(p)s%%。") % {
        "theory": theory * 100 // opening.minutes,
        "practice": practice * 100 // opening.minutes,
        "t": policy.theory_share_min,
        "p": policy.practice_share_min,
    }


def size_limit(*, training_class: TrainingClass, policy: Policy) -> int:
    """The kind's own limit, else that of its line."""
    kind = training_class.course.kind
    entrepreneurship = kind.line == Line.ENTREPRENEURSHIP
    return kind.max_size or (policy.size_entrepreneurship if entrepreneurship else policy.size_skills)


def _size(opening: Opening) -> str | None:
    seats = opening.training_class.seats
    limit = size_limit(training_class=opening.training_class, policy=opening.policy)
    if seats <= max(limit, opening.allowed_seats):
        return None
    return _("计划 %(seats)s 人，超过上限 %(limit)s 人。请减少人数或分班，确需超额请区市写明理由后准许。") % {
        "seats": seats,
        "limit": limit,
    }


def _trainers(opening: Opening) -> str | None:
    entrepreneurship = opening.training_class.course.kind.line == Line.ENTREPRENEURSHIP
    least = opening.policy.trainers_entrepreneurship if entrepreneurship else 1
    if opening.trainers >= least:
        return None
    words = ngettext(
        "至少要 %(least)s 名教师，现有 %(many)s 名。", "至少要 %(least)s 名教师，现有 %(many)s 名。", least
    )
    return words % {"least": least, "many": opening.trainers}


def _lead(opening: Opening) -> str | None:
    lead = opening.policy.submit_lead_days
    starts_on = opening.training_class.starts_on
    early = policies.working_days_between(start=opening.handed_in_on, end=starts_on, calendar=opening.calendar)
    if early >= lead:
        return None
    return _("提交距开班 %(days)s 个工作日，少于 %(lead)s 个。") % {"days": max(early, 0), "lead": lead}


CLASH_WORDS = {
    ClashKind.OVERLAP: gettext_lazy("第 %(number)s 次课与本班另一次课时间重叠。"),
    ClashKind.ROOM: gettext_lazy("第 %(number)s 次课的教室同一时间已有其他班。"),
    ClashKind.TRAINER: gettext_lazy("第 %(number)s 次课的教师同一时间在其他班上课。"),
    ClashKind.LEARNER: gettext_lazy("第 %(number)s 次课与 %(learners)s 名学员的其他课时间重叠。"),
}
ON_THE_WAY = {
    ClashKind.TRAINER: gettext_lazy("第 %(number)s 次课的教师来不及从另一场地赶到。"),
    ClashKind.LEARNER: gettext_lazy("第 %(number)s 次课有 %(learners)s 名学员来不及从另一场地赶到。"),
}
MOST_SENTENCES = 3


def clash_words(clash: Clash) -> str:
    """A clash in words that name no class of another institution."""
    words = ON_THE_WAY[clash.kind] if clash.on_the_way else CLASH_WORDS[clash.kind]
    return str(words) % {"number": clash.mine.number, "learners": clash.learners}


def _clash(kind: ClashKind) -> Callable[[Opening], str | None]:
    def failure(opening: Opening) -> str | None:
        said = list(dict.fromkeys(clash_words(clash) for clash in opening.clashes if clash.kind == kind))
        if len(said) > MOST_SENTENCES:
            more = len(said) - MOST_SENTENCES
            rest = ngettext("另有 %(count)s 次课也是这样。", "另有 %(count)s 次课也是这样。", more) % {"count": more}
            return " ".join([*said[:MOST_SENTENCES], rest])
        return " ".join(said) or None

    return failure


CHECKS: tuple[Check, ...] = (
    Check(CheckCode.HOURS, "check_hours", gettext_lazy("总学时与批准学时一致"), gettext_lazy("学时不符"), _hours),
    Check(
        CheckCode.MIN_HOURS, "check_min_hours", gettext_lazy("不少于最低学时"), gettext_lazy("低于最低学时"), _min_hours
    ),
    Check(
        CheckCode.DAY_HOURS,
        "check_day_hours",
        gettext_lazy("每天学时不超过上限"),
        gettext_lazy("一天学时过多"),
        _day_hours,
    ),
    Check(CheckCode.SHARES, "check_shares", gettext_lazy("理论和实操比例"), gettext_lazy("理论实操比例不足"), _shares),
    Check(CheckCode.SIZE, "check_size", gettext_lazy("班额不超过上限"), gettext_lazy("超过班额"), _size),
    Check(CheckCode.TRAINERS, "check_trainers", gettext_lazy("教师人数"), gettext_lazy("教师不足"), _trainers),
    Check(CheckCode.LEAD, "check_lead", gettext_lazy("提前提交"), gettext_lazy("提交过晚"), _lead),
    Check(
        CheckCode.OVERLAP,
        "check_overlap",
        gettext_lazy("本班课次不重叠"),
        gettext_lazy("本班课次重叠"),
        _clash(ClashKind.OVERLAP),
    ),
    Check(
        CheckCode.ROOM_CLASH,
        "check_room_clash",
        gettext_lazy("教室不冲突"),
        gettext_lazy("教室冲突"),
        _clash(ClashKind.ROOM),
    ),
    Check(
        CheckCode.TRAINER_CLASH,
        "check_trainer_clash",
        gettext_lazy("教师不冲突"),
        gettext_lazy("教师冲突"),
        _clash(ClashKind.TRAINER),
    ),
    Check(
        CheckCode.LEARNER_CLASH,
        "check_learner_clash",
        gettext_lazy("学员不冲突"),
        gettext_lazy("学员冲突"),
        _clash(ClashKind.LEARNER),
    ),
    Check(CheckCode.TRADE, "check_trade", gettext_lazy("职业和等级已登记"), gettext_lazy("职业等级未登记"), _trade),
    Check(CheckCode.CARDS, "check_cards", gettext_lazy("机构没有因红黄牌停办"), gettext_lazy("机构红黄牌停办"), _cards),
)
