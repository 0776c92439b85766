"""Messages to people: `queue` writes a row with the change that causes it, `deliver_due` hands it to a carrier."""

from courses.notices.fate import (
    OFFER,
    TOGETHER,
    MessageRefusal,
    MessageRefused,
    State,
    failures,
    outdated,
    report,
    resend,
    resend_all,
    sendable,
    state,
)
from courses.notices.limits import CodeRefusal, CodeRefused, allow_code
from courses.notices.outbox import (
    Addressee,
    call_off,
    deliver_due,
    deliver_one,
    prune,
    put_off,
    queue,
    queue_many,
    take_back,
    tell_staff,
)
from courses.notices.texts import ERASURE_DONE, MAILBOX_CODE, WORK_PART
from courses.notices.timing import due
from courses.notices.told import Told, told, told_staff
from courses.notices.unheard import acknowledge, count_unheard, is_reached, unheard, words_to_say

__all__ = [
    "ERASURE_DONE",
    "MAILBOX_CODE",
    "OFFER",
    "TOGETHER",
    "WORK_PART",
    "Addressee",
    "CodeRefusal",
    "CodeRefused",
    "MessageRefusal",
    "MessageRefused",
    "State",
    "Told",
    "acknowledge",
    "allow_code",
    "call_off",
    "count_unheard",
    "deliver_due",
    "deliver_one",
    "due",
    "failures",
    "is_reached",
    "outdated",
    "prune",
    "put_off",
    "queue",
    "queue_many",
    "report",
    "resend",
    "resend_all",
    "sendable",
    "state",
    "take_back",
    "tell_staff",
    "told",
    "told_staff",
    "unheard",
    "words_to_say",
]
