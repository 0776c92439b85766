"""The numbers themselves: their names, units and defaults."""

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from courses.models import Line


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
    "witnesses": 2,
    "call_back_days": 2,
}
# Signals that keep the approval of the learners they name waiting until somebody has looked and said what they found.
HOLDS = ["one_sided", "two_rooms", "burst", "call_back", "room_check"]
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
    "waiting_elsewhere": "warn",
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
# What completes beside the hours (domain §2.9, §8.7-55): skills are examined, the plan is the compulsory output of
# entrepreneurship, and who learned to sell online shows the shop. Lines of our own ask for nothing.
EXAMINED, PLANNED, SHOWN = ["theory", "practice", "total"], ["plan"], ["link"]
ASSESSMENTS = {
    **dict.fromkeys(("skill", "project", "newform", "online"), EXAMINED),
    **dict.fromkeys(("gyb", "syb", "iyb", "eyb", "sim", "camp"), PLANNED),
    "net": SHOWN,
}
# Categories that no register of ours can confirm and a statement does not prove.
PROOF_CATEGORIES = ["grad", "gradoff", "student", "juvenile", "veteran", "disabled", "transfer", "owner"]
# Which day puts a person-time into a year and a month.
CLASS_END, APPROVAL, CERTIFICATE = "class_end", "approval", "certificate"
# Kinds that a version counts toward another line than their list says; by default those that domain §9.11 asks about.
COUNTS_AS = {"tot": Line.OWN.value, "mgr": Line.OWN.value, "guide": Line.OWN.value}


@dataclass(frozen=True)
class Policy:
    """One version, typed. Minutes, 学时, percent and 人次 as named; defaults are those of the design, §6.

    Attendance: with `makeup_counts` a missed lesson that is heard in another class counts (bureau's choice).
    Eligibility: `ages` by kind of training, both ends included; `retirement_ages` by sex; `categories` by kind where
    only some are meant; `criteria` by kind as key, words, English words.
    Selection: a kind with a sheet in `selection_sheets` gives its seats by rank; two sheets that lie further apart than
    `selection_gap` points of 100 ask for a third, and below `selection_pass` nobody is admitted.
    Classes of a kind in `assessments` ask for what is named there: scores (theory, practice, total), each of
    `pass_mark`; a business plan (plan) or a proof link (link), each judged to pass by somebody from outside.
    Certificates of a kind in `certificate_years` run out after so many years, the others never.
    What a classroom without network hands in later than `kit_hand_hours` after class waits for another person (T07).
    Follow-up: each of `follow_up_months` stays open until the next one, the last for `follow_up_days` days.
    Counting (domain §9.11): `count_date` is class_end, approval or certificate; `counts_as` the line by kind, over the
    kind's own; with `entrepreneurship_in_skills` the target for skills is met by entrepreneurship too, which stays one
    entry; of one person no more than `counted_per_year` count in a year, any number where that is 0.
    Progress: below `pace_yellow` percent of what the line of the year asks for a target is slow, below `pace_red` late.
    """

    hour_minutes: int = 45
    day_hours_max: int = 8
    completion_ratio: int = 80
    class_yellow: int = 90
    class_red: int = 80
    pace_yellow: int = 90
    pace_red: int = 80
    cards_red_block: int = 2
    cards_yellow_block: int = 3
    # Working days; our own number.
    card_objection_days: int = 5
    submit_lead_days: int = 5
    # Working days; our own number.
    correction_days: int = 5
    review_days: int = 3
    size_entrepreneurship: int = 30
    size_skills: int = 50
    size_min: int = 10
    theory_share_min: int = 40
    practice_share_min: int = 40
    completions_per_year: int = 3
    counted_per_year: int = 0
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
    makeup_counts: bool = True
    leave_late_days: int = 3
    dispute_days: int = 7
    dispute_answer_days: int = 3
    pass_mark: int = 60
    callback_share: int = 10
    follow_up_months: list[int] = field(default_factory=lambda: [3, 6, 12])
    follow_up_days: int = 90
    public_notice_days: int = 5
    device_days: int = 180
    devices_most: int = 2
    device_changes_a_day: int = 2
    phone_rest_days: int = 180
    personal_fresh_seconds: int = 90
    personal_skew_minutes: int = 10
    second_scan_share: int = 10
    kiosk_hours: int = 12
    kit_hand_hours: int = 2
    scan_photo_megabytes: int = 8
    file_years: int = 10
    erasure_days: int = 15
    reveals_a_day: int = 20
    # Long enough for a question about a grade; whom somebody once judged is no list to keep (our own number).
    judged_shown_days: int = 90
    count_date: str = "class_end"
    counts_as: dict[str, str] = field(default_factory=lambda: dict(COUNTS_AS))
    entrepreneurship_in_skills: bool = False
    approval_undo_minutes: int = 10
    sample_share: int = 5
    offer_hours: int = 24
    offer_wait_hours: int = 72
    offer_cutoff_hours: int = 12
    no_show_lessons: int = 2
    application_days: int = 3
    trainers_entrepreneurship: int = 2
    travel_minutes: int = 30
    travel_minutes_far: int = 60
    # What blocks is a rule or a deadline of domain §8.2-10 to -12 and §8.3-17 to -19. What warns is a warning in design
    # §6, the rule of one city (least hours, §8.3-20), or a signal that a person weighs (clashes, capacity, §3.3-8).
    check_hours: str = Level.BLOCK.value
    check_min_hours: str = Level.WARN.value
    check_day_hours: str = Level.BLOCK.value
    check_shares: str = Level.WARN.value
    check_size: str = Level.BLOCK.value
    check_size_min: str = Level.WARN.value
    check_trainers: str = Level.BLOCK.value
    check_lead: str = Level.BLOCK.value
    check_begun: str = Level.BLOCK.value
    check_overlap: str = Level.BLOCK.value
    check_room_clash: str = Level.WARN.value
    check_trainer_clash: str = Level.WARN.value
    check_learner_clash: str = Level.WARN.value
    check_trade: str = Level.BLOCK.value
    check_cards: str = Level.BLOCK.value
    check_institution: str = Level.BLOCK.value
    check_district: str = Level.BLOCK.value
    check_capacity: str = Level.WARN.value
    check_certificates: str = Level.BLOCK.value
    check_project: str = Level.WARN.value
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
    # Long enough for a weekend; a file that lies about is a leak that waits (our own number).
    export_hours: int = 72
    selection_sheets: dict[str, list[list[Any]]] = field(default_factory=lambda: {"camp": CAMP_SHEET})
    selection_gap: int = 15
    selection_pass: int = 60
    rollcall_minutes: int = 3
    rollcall_pictures: int = 6
    rollcall_tries: int = 2
    rollcall_suggest: bool = True
    headcount_minutes: int = 5
    signals: dict[str, int] = field(default_factory=lambda: dict(SIGNALS))
    holds: list[str] = field(default_factory=lambda: list(HOLDS))
    small_number: int = 10
    certificate_years: dict[str, int] = field(default_factory=dict)
    assessments: dict[str, list[str]] = field(
        default_factory=lambda: {kind: list(parts) for kind, parts in ASSESSMENTS.items()}
    )

    def as_document(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


DEFAULTS: dict[str, Any] = Policy().as_document()
