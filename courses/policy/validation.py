"""Whether a document can be a version."""

from collections.abc import Callable, Iterator
from typing import Any

from courses.models import Line, Score, Signal, Work
from courses.policy.document import APPROVAL, CERTIFICATE, CLASS_END, DEFAULTS, ELIGIBILITY, SIGNALS, Level
from courses.policy.refusals import PolicyRefusal, PolicyRefused

# What would stop or divide by nothing where it is 0.
AT_LEAST_ONE = frozenset(
    {
        *("hour_minutes", "day_hours_max", "review_days", "size_entrepreneurship", "size_skills"),
        *("qr_step_seconds", "ticket_minutes", "device_days", "devices_most", "personal_fresh_seconds", "kiosk_hours"),
        *("scan_photo_megabytes", "proof_megabytes", "proof_files", "draft_days", "counter_entry_hours"),
        *("export_hours",),
        *("roster_file_days", "file_years", "erasure_days", "offer_hours", "rollcall_minutes", "rollcall_tries"),
        *("application_days", "follow_up_days", "reveals_a_day", "headcount_minutes", "cards_red_block"),
        *("cards_yellow_block", "no_show_lessons", "proof_unused_days", "phone_rest_days", "judged_shown_days"),
    }
)
# A roll-call offers the one that was shown among others.
AT_LEAST = {**dict.fromkeys(AT_LEAST_ONE, 1), "rollcall_pictures": 2}
PERCENT = frozenset(
    {
        *("completion_ratio", "class_yellow", "class_red", "pace_yellow", "pace_red", "theory_share_min"),
        *("practice_share_min", "manual_share_flag", "callback_share", "second_scan_share", "sample_share"),
        *("pass_mark", "selection_gap", "selection_pass"),
    }
)
MOST = 100_000
PAIRS_IN_ORDER = (("class_red", "class_yellow"), ("pace_red", "pace_yellow"))


def validate(document: dict[str, Any]) -> None:
    """Refused with PolicyRefused for the first thing that is wrong."""
    for fault in faults(document):
        raise fault


def faults(document: dict[str, Any]) -> list[PolicyRefused]:
    """Everything that is wrong, each with the key that it is about."""
    found = [PolicyRefused(PolicyRefusal.UNKNOWN_KEY, key=key) for key in sorted(document.keys() - DEFAULTS.keys())]
    found += [PolicyRefused(PolicyRefusal.MISSING_KEY, key=key) for key in DEFAULTS if key not in document]
    found += [
        PolicyRefused(PolicyRefusal.WRONG_TYPE, key=key)
        for key, default in DEFAULTS.items()
        if key in document and type(document[key]) is not type(default)
    ]
    if found:
        return found
    return [
        *_levels(document),
        *_numbers(document),
        *_counting(document),
        *_signals(document),
        *_follow_up(document),
        *_sheets(document),
        *_shapes(document),
    ]


def _levels(document: dict[str, Any]) -> Iterator[PolicyRefused]:
    for key, value in document.items():
        if key.startswith("check_") and value not in list(Level):
            yield PolicyRefused(PolicyRefusal.WRONG_LEVEL, key=key)
    for key, value in document["eligibility"].items():
        if key not in ELIGIBILITY:
            yield PolicyRefused(PolicyRefusal.UNKNOWN_KEY, key=f"eligibility.{key}")
        elif value not in list(Level):
            yield PolicyRefused(PolicyRefusal.WRONG_TYPE, key=f"eligibility.{key}")
    for key in ELIGIBILITY.keys() - document["eligibility"].keys():
        yield PolicyRefused(PolicyRefusal.WRONG_TYPE, key=f"eligibility.{key}")


def _numbers(document: dict[str, Any]) -> Iterator[PolicyRefused]:
    for key, value in document.items():
        least, most = AT_LEAST.get(key, 0), 100 if key in PERCENT else MOST
        if type(value) is int and not least <= value <= most:
            yield PolicyRefused(PolicyRefusal.OUT_OF_RANGE, key=key, least=least, most=most)
    for lower, upper in PAIRS_IN_ORDER:
        if document[lower] > document[upper]:
            yield PolicyRefused(PolicyRefusal.OUT_OF_RANGE, key=lower, least=0, most=document[upper])


def _signals(document: dict[str, Any]) -> Iterator[PolicyRefused]:
    for key in SIGNALS:
        if type(document["signals"].get(key)) is not int:
            yield PolicyRefused(PolicyRefusal.WRONG_TYPE, key=f"signals.{key}")
    for key in document["signals"].keys() - SIGNALS.keys():
        yield PolicyRefused(PolicyRefusal.UNKNOWN_KEY, key=f"signals.{key}")
    if not _texts(document["holds"]) or not set(document["holds"]) <= set(Signal.Kind):
        yield PolicyRefused(PolicyRefusal.WRONG_TYPE, key="holds")


def _follow_up(document: dict[str, Any]) -> Iterator[PolicyRefused]:
    months = document["follow_up_months"]
    if not all(type(one) is int and one > 0 for one in months) or months != sorted(set(months)):
        yield PolicyRefused(PolicyRefusal.WRONG_TYPE, key="follow_up_months")


def _counting(document: dict[str, Any]) -> Iterator[PolicyRefused]:
    if document["count_date"] not in (CLASS_END, APPROVAL, CERTIFICATE):
        yield PolicyRefused(PolicyRefusal.WRONG_COUNT, key="count_date")
    for kind, line in document["counts_as"].items():
        if line not in Line.values:
            yield PolicyRefused(PolicyRefusal.WRONG_COUNT, key=f"counts_as.{kind}")


def _sheets(document: dict[str, Any]) -> Iterator[PolicyRefused]:
    for kind, sheet in document["selection_sheets"].items():
        if not is_sheet(sheet):
            yield PolicyRefused(PolicyRefusal.WRONG_SHEET, key=f"selection_sheets.{kind}")
    for kind, parts in document["assessments"].items():
        if not _texts(parts) or not set(parts) <= {*Score.Part.values, *Work.Part.values}:
            yield PolicyRefused(PolicyRefusal.WRONG_TYPE, key=f"assessments.{kind}")


def is_sheet(sheet: Any) -> bool:
    """Criteria as key, words, English words, most points and weight; keys differ, weights add up to 100."""
    if not isinstance(sheet, list) or not all(isinstance(row, list) and len(row) == 5 for row in sheet):
        return False
    words = all(isinstance(word, str) and word for row in sheet for word in row[:3])
    numbers = all(type(number) is int and number > 0 for row in sheet for number in row[3:])
    return words and numbers and len({row[0] for row in sheet}) == len(sheet) and sum(row[4] for row in sheet) == 100


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_count(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_span(value: Any) -> bool:
    """From and to, both included."""
    return isinstance(value, list) and len(value) == 2 and all(map(_is_count, value)) and value[0] <= value[1]


def _is_criteria(value: Any) -> bool:
    return isinstance(value, list) and all(_texts(row) and len(row) == 3 and all(row) for row in value)


# What stands under each kind, sex or category of a nested number.
SHAPES: dict[str, Callable[[Any], bool]] = {
    "ages": _is_span,
    "retirement_ages": _is_count,
    "categories": _texts,
    "criteria": _is_criteria,
    "certificate_years": _is_count,
}


def _shapes(document: dict[str, Any]) -> Iterator[PolicyRefused]:
    for key, is_right in SHAPES.items():
        for part, value in document[key].items():
            if not is_right(value):
                yield PolicyRefused(PolicyRefusal.WRONG_TYPE, key=f"{key}.{part}")
    if not _texts(document["proof_categories"]):
        yield PolicyRefused(PolicyRefusal.WRONG_TYPE, key="proof_categories")
