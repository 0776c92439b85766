"""Which numbers hold: dated, immutable documents, pinned on a class when it is approved.

Only 30,000 and 10,000 come from the plan, and they are `Target` rows. Everything here is the bureau's to change.
"""

from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from courses.models import Holiday, Line, PolicyVersion, Score, TrainingClass, User
from courses.refusals import Refused

CITY_TIME = ZoneInfo("Asia/Shanghai")


class PolicyRefusal(StrEnum):
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    WRONG_TYPE = "wrong_type"
    WRONG_LEVEL = "wrong_level"
    WRONG_SHEET = "wrong_sheet"
    WRONG_COUNT = "wrong_count"
    DATE_TAKEN = "date_taken"


class PolicyRefused(Refused):
    sentences = {
        PolicyRefusal.UNKNOWN_KEY: _("没有名为「%(key)s」的政策参数，未保存。请核对名称。"),
        PolicyRefusal.MISSING_KEY: _("缺少政策参数「%(key)s」，未保存。请补齐后再提交。"),
        PolicyRefusal.WRONG_TYPE: _("政策参数「%(key)s」的值类型不对，未保存。请填写同类的值。"),
        PolicyRefusal.WRONG_LEVEL: _(
            "政策参数「%(key)s」只能是 block（拦下）、warn（提示）或 off（不查），未保存。请改正。"
        ),
        PolicyRefusal.WRONG_SHEET: _(
            "评分表「%(key)s」不完整，未保存。每项要有代码、中英文名称、满分和权重，权重合计 100。"
        ),
        PolicyRefusal.WRONG_COUNT: _(
            "政策参数「%(key)s」的值不在可选范围内，未保存。计数日期填 class_end 或 approval，目标线填 skills、entrepreneurship 或 own。"
        ),
        PolicyRefusal.DATE_TAKEN: _("%(date)s 已有一个政策版本，未保存。请换一个生效日期。"),
    }


class Level(StrEnum):
    """What a failed check of an opening or a finding of eligibility does: it stops, is shown, or is not made."""

    BLOCK = "block"
    WARN = "warn"
    OFF = "off"


# When something about a lesson is shown to somebody as a signal: people, seconds, milliseconds and percent as named.
SIGNALS = {
    "device_people": 2,
    "burst_people": 5,
    "burst_seconds": 10,
    "burst_spread_ms": 150,
    "late_ms": 15000,
    "late_people": 3,
    "absentees": 1,
    "head_difference": 1,
    "no_checkout_people": 3,
    "no_checkout_share": 30,
}
# What each rule of eligibility does when it finds something.
ELIGIBILITY = {
    "under_age": "block",
    "over_age": "warn",
    "retired": "warn",
    "category_missing": "block",
    "category_not_meant": "block",
    "graduation_unknown": "warn",
    "not_graduating": "block",
    "same_module": "block",
    "higher_level": "block",
    "overlap": "block",
    "many_this_year": "warn",
    "criteria": "block",
    "proof_missing": "warn",
}
CAMP_CRITERIA = [
    ["venture", "我已经创业，或者有正在推进的创业项目", "I run a young business, or a start-up project is under way"],
    ["attend", "我能全程参加训练营", "I can take part in the whole camp"],
]
# What a selective kind is scored on: key, words, English words, most points, weight of 100; in the order that ties go.
CAMP_SHEET = [
    ["venture", "项目可行性", "Feasibility of the project", 10, 30],
    ["growth", "成长潜力", "Potential to grow", 10, 25],
    ["team", "本人和团队", "Founder and team", 10, 25],
    ["jobs", "带动就业", "Jobs created", 10, 20],
]
# Categories that no register of ours can confirm and a statement does not prove.
PROOF_CATEGORIES = ["grad", "gradoff", "student", "juvenile", "veteran", "disabled", "transfer", "owner"]
# Which day puts a person-time into a year and a month.
CLASS_END, APPROVAL = "class_end", "approval"
# Kinds that a version counts toward another line than their list says; by default those that domain §9.11 asks about.
COUNTS_AS = {"tot": Line.OWN.value, "mgr": Line.OWN.value, "guide": Line.OWN.value}


@dataclass(frozen=True)
class Policy:
    """One version, typed. Minutes, 学时, percent and 人次 as named; defaults are those of the design, §6.

    Eligibility: `ages` by kind of training, both ends included; `retirement_ages` by sex; `categories` by kind where
    only some are meant; `criteria` by kind as key, words, English words.
    Selection: a kind with a sheet in `selection_sheets` gives its seats by rank; two sheets that lie further apart than
    `selection_gap` points of 100 ask for a third, and below `selection_pass` nobody is admitted.
    Classes of a kind in `assessments` ask for the scores named there (theory, practice, total), each of `pass_mark`.
    Certificates of a kind in `certificate_years` run out after so many years, the others never.
    Counting (domain §9.11): `count_date` is class_end or approval; `counts_as` the line by kind, over the kind's own;
    with `entrepreneurship_in_skills` the target for skills is met by entrepreneurship too, which stays one entry.
    """

    hour_minutes: int = 45
    day_hours_max: int = 8
    completion_ratio: int = 80
    class_yellow: int = 90
    class_red: int = 80
    cards_red_block: int = 2
    cards_yellow_block: int = 3
    submit_lead_days: int = 5
    review_days: int = 3
    size_entrepreneurship: int = 30
    size_skills: int = 50
    theory_share_min: int = 40
    practice_share_min: int = 40
    completions_per_year: int = 3
    age_min: int = 16
    qr_step_seconds: int = 10
    qr_steps_back: int = 2
    ticket_minutes: int = 10
    checkin_opens_minutes: int = 30
    checkin_present_minutes: int = 15
    checkout_opens_minutes: int = 15
    checkout_closes_minutes: int = 30
    checkout_required: bool = True
    undo_seconds: int = 60
    manual_share_flag: int = 10
    late_addition_hours: int = 24
    leave_late_days: int = 3
    dispute_days: int = 7
    dispute_answer_days: int = 3
    pass_mark: int = 60
    callback_share: int = 10
    public_notice_days: int = 5
    device_days: int = 180
    devices_most: int = 2
    device_changes_a_day: int = 2
    phone_rest_days: int = 180
    personal_fresh_seconds: int = 90
    personal_skew_minutes: int = 10
    second_scan_share: int = 10
    kiosk_hours: int = 12
    scan_photo_megabytes: int = 8
    file_years: int = 10
    reveals_a_day: int = 20
    count_date: str = "class_end"
    counts_as: dict[str, str] = field(default_factory=lambda: dict(COUNTS_AS))
    entrepreneurship_in_skills: bool = False
    approval_undo_minutes: int = 10
    sample_share: int = 5
    offer_hours: int = 24
    offer_cutoff_hours: int = 12
    no_show_lessons: int = 2
    trainers_entrepreneurship: int = 2
    travel_minutes: int = 30
    travel_minutes_far: int = 60
    check_hours: str = Level.BLOCK.value
    check_min_hours: str = Level.WARN.value
    check_day_hours: str = Level.BLOCK.value
    check_shares: str = Level.WARN.value
    check_size: str = Level.BLOCK.value
    check_trainers: str = Level.BLOCK.value
    check_lead: str = Level.WARN.value
    check_overlap: str = Level.BLOCK.value
    check_room_clash: str = Level.WARN.value
    check_trainer_clash: str = Level.WARN.value
    check_learner_clash: str = Level.WARN.value
    check_trade: str = Level.WARN.value
    check_cards: str = Level.BLOCK.value
    eligibility: dict[str, str] = field(default_factory=lambda: dict(ELIGIBILITY))
    ages: dict[str, list[int]] = field(default_factory=lambda: {"camp": [18, 60]})
    retirement_ages: dict[str, int] = field(default_factory=lambda: {"1": 60, "2": 55})
    categories: dict[str, list[str]] = field(default_factory=lambda: {"mgr": ["employee", "transfer", "owner"]})
    criteria: dict[str, list[list[str]]] = field(default_factory=lambda: {"camp": CAMP_CRITERIA})
    proof_categories: list[str] = field(default_factory=lambda: list(PROOF_CATEGORIES))
    proof_megabytes: int = 8
    proof_files: int = 4
    proof_unused_days: int = 90
    draft_days: int = 30
    counter_entry_hours: int = 12
    roster_file_days: int = 30
    selection_sheets: dict[str, list[list[Any]]] = field(default_factory=lambda: {"camp": CAMP_SHEET})
    selection_gap: int = 15
    selection_pass: int = 60
    rollcall_minutes: int = 3
    rollcall_pictures: int = 6
    rollcall_tries: int = 2
    rollcall_suggest: bool = True
    headcount_minutes: int = 5
    signals: dict[str, int] = field(default_factory=lambda: dict(SIGNALS))
    small_number: int = 10
    certificate_years: dict[str, int] = field(default_factory=dict)
    assessments: dict[str, list[str]] = field(default_factory=dict)

    def as_document(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


DEFAULTS: dict[str, Any] = Policy().as_document()


def local_date(now: datetime) -> date:
    """The business date in Asia/Shanghai, whatever zone the machine is set to."""
    return now.astimezone(CITY_TIME).date()


def publish(
    *,
    by: User | None,
    number: str,
    effective_on: date,
    document: dict[str, Any],
    note: str = "",
    is_exception: bool = False,
) -> PolicyVersion:
    """Add a version. Refused with PolicyRefused when a key is unknown, missing or of another type, or the date is
    taken.

    An exception version never comes into force by date: it holds only for the classes that are pinned to it.
    """
    validate(document)
    if not is_exception and PolicyVersion.objects.filter(effective_on=effective_on, is_exception=False).exists():
        raise PolicyRefused(PolicyRefusal.DATE_TAKEN, date=effective_on)
    return PolicyVersion.objects.create(
        number=number, effective_on=effective_on, document=document, note=note, by=by, is_exception=is_exception
    )


def validate(document: dict[str, Any]) -> None:
    for key in document:
        if key not in DEFAULTS:
            raise PolicyRefused(PolicyRefusal.UNKNOWN_KEY, key=key)
    for key, default in DEFAULTS.items():
        if key not in document:
            raise PolicyRefused(PolicyRefusal.MISSING_KEY, key=key)
        if type(document[key]) is not type(default):
            raise PolicyRefused(PolicyRefusal.WRONG_TYPE, key=key)
        if key.startswith("check_") and document[key] not in set(Level):
            raise PolicyRefused(PolicyRefusal.WRONG_LEVEL, key=key)
    for key in ELIGIBILITY:
        if document["eligibility"].get(key) not in set(Level):
            raise PolicyRefused(PolicyRefusal.WRONG_TYPE, key=f"eligibility.{key}")
    _validate_counting(document)
    _validate_signals(document)
    _validate_sheets(document)


def _validate_signals(document: dict[str, Any]) -> None:
    for key in SIGNALS:
        if type(document["signals"].get(key)) is not int:
            raise PolicyRefused(PolicyRefusal.WRONG_TYPE, key=f"signals.{key}")


def _validate_counting(document: dict[str, Any]) -> None:
    if document["count_date"] not in (CLASS_END, APPROVAL):
        raise PolicyRefused(PolicyRefusal.WRONG_COUNT, key="count_date")
    for kind, line in document["counts_as"].items():
        if line not in Line.values:
            raise PolicyRefused(PolicyRefusal.WRONG_COUNT, key=f"counts_as.{kind}")


def _validate_sheets(document: dict[str, Any]) -> None:
    for kind, sheet in document["selection_sheets"].items():
        if not is_sheet(sheet):
            raise PolicyRefused(PolicyRefusal.WRONG_SHEET, key=f"selection_sheets.{kind}")
    for kind, parts in document["assessments"].items():
        if not isinstance(parts, list) or not set(parts) <= set(Score.Part):
            raise PolicyRefused(PolicyRefusal.WRONG_TYPE, key=f"assessments.{kind}")


def is_sheet(sheet: Any) -> bool:
    """Criteria as key, words, English words, most points and weight; keys differ, weights add up to 100."""
    if not isinstance(sheet, list) or not all(isinstance(row, list) and len(row) == 5 for row in sheet):
        return False
    words = all(isinstance(word, str) and word for row in sheet for word in row[:3])
    numbers = all(type(number) is int and number > 0 for row in sheet for number in row[3:])
    return words and numbers and len({row[0] for row in sheet}) == len(sheet) and sum(row[4] for row in sheet) == 100


def current(*, on: date) -> Policy:
    return of_version(version_on(on=on))


def version_on(*, on: date) -> PolicyVersion:
    """The version in force on a date: the latest that is not later and is no exception."""
    found = PolicyVersion.objects.filter(effective_on__lte=on, is_exception=False).order_by("-effective_on").first()
    if found is None:
        raise PolicyVersion.DoesNotExist(f"no policy in force on {on}; run load_reference")
    return found


def of_class(*, training_class: TrainingClass, on: date) -> Policy:
    """The pinned version once the class is approved, until then the one in force."""
    if training_class.policy_id is None:
        return current(on=on)
    return of_pinned(version_id=training_class.policy_id)


def line_of(*, kind: str, own: str, policy: Policy) -> str:
    """Toward which target a kind of training counts: as the version says, else as the list of kinds does (`own`)."""
    return policy.counts_as.get(kind, own)


def of_version(version: PolicyVersion) -> Policy:
    return Policy(**version.document)


@lru_cache(maxsize=256)
def of_pinned(*, version_id: int) -> Policy:
    """Versions are immutable, so one read per process is enough."""
    return of_version(PolicyVersion.objects.get(pk=version_id))


def is_working_day(day: date, *, calendar: dict[date, str]) -> bool:
    """Monday to Friday, but for days off and make-up working days of the published calendar."""
    kind = calendar.get(day)
    if kind is not None:
        return kind == Holiday.Kind.WORK
    return day.weekday() < 5


def calendar_between(*, start: date, end: date) -> dict[date, str]:
    """The published days off and make-up days after `start` up to `end`; read once for a whole list."""
    return dict(Holiday.objects.filter(date__gt=start, date__lte=end).values_list("date", "kind"))


def working_days_after(*, start: date, days: int, calendar: dict[date, str] | None = None) -> date:
    """The date that lies `days` working days after `start`; counting begins on the day after."""
    known = calendar_between(start=start, end=start + timedelta(days=days * 3 + 30)) if calendar is None else calendar
    day = start
    left = days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, calendar=known)
    return day


def working_days_between(*, start: date, end: date, calendar: dict[date, str]) -> int:
    """How many working days lie after `start` up to and with `end`; negative when `end` is past."""
    if end < start:
        return -working_days_between(start=end, end=start, calendar=calendar)
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=step), calendar=calendar) for step in range(1, days + 1))
