"""Messages to people: `queue` writes a row with the change that causes it, `deliver_due` hands it to a carrier."""

from courses.notices.fate import MessageRefusal, MessageRefused, State, failures, report, resend, state
from courses.notices.limits import CodeRefusal, CodeRefused, allow_code
from courses.notices.outbox import Addressee, call_off, deliver_due, deliver_one, prune, queue, queue_many, take_back
from courses.notices.timing import due
from courses.notices.told import Told, told

__all__ = [
    "Addressee",
    "CodeRefusal",
    "CodeRefused",
    "MessageRefusal",
    "MessageRefused",
    "State",
    "Told",
    "allow_code",
    "call_off",
    "deliver_due",
    "deliver_one",
    "due",
    "failures",
    "prune",
    "queue",
    "queue_many",
    "report",
    "resend",
    "state",
    "take_back",
    "told",
]
