"""Which numbers hold: dated, immutable documents, pinned on a class when it is approved.

Only 30,000 and 10,000 come from the plan, and they are `Target` rows. Everything here is the bureau's to change.
"""

from courses.policy.calendar import (
    CITY_TIME,
    calendar_between,
    is_working_day,
    local_date,
    moments_between,
    working_days_after,
    working_days_between,
    working_days_left,
)
from courses.policy.document import (
    APPROVAL,
    CAMP_SHEET,
    CERTIFICATE,
    CLASS_END,
    COUNTS_AS,
    DEFAULTS,
    ELIGIBILITY,
    SIGNALS,
    Level,
    Policy,
)
from courses.policy.names import GROUPS, Name, name_of
from courses.policy.refusals import PolicyRefusal, PolicyRefused
from courses.policy.validation import faults, validate
from courses.policy.versions import (
    current,
    line_of,
    of_class,
    of_pinned,
    of_version,
    parts_asked,
    publish,
    version_on,
)

__all__ = [
    "APPROVAL",
    "CAMP_SHEET",
    "CERTIFICATE",
    "CITY_TIME",
    "CLASS_END",
    "COUNTS_AS",
    "DEFAULTS",
    "ELIGIBILITY",
    "GROUPS",
    "SIGNALS",
    "Level",
    "Name",
    "Policy",
    "PolicyRefusal",
    "PolicyRefused",
    "calendar_between",
    "current",
    "faults",
    "is_working_day",
    "line_of",
    "local_date",
    "moments_between",
    "name_of",
    "of_class",
    "of_pinned",
    "of_version",
    "parts_asked",
    "publish",
    "validate",
    "version_on",
    "working_days_after",
    "working_days_between",
    "working_days_left",
]
