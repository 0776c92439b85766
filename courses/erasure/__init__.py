"""注销: a citizen's record is emptied by two people, and stays empty after a restore; what counted stays counted.

What goes at once: document numbers, phones, address, birth date, every file handed in, what requests say and what was
said on the phone after a class, messages, cards and bound browsers, half a proof of who one is, the login, and the
name. What stays until the files of its classes may go (`Policy.file_years`): of who completed a class, name and sex,
and the keyed digest of each document, so that the same citizen never counts twice. Numbers, times and figures stay for
good; they name nobody.

Append-only books hold what cannot be taken out again: evidence, audit and ledger name people by opaque numbers only.
Two hold words of a person's own making: `Pitch` (the project of a camp's applicant, part of the selection's file) and
`Evidence.note` (typed by a trainer); nothing leads from them to a name once the record is empty.
"""

from courses.erasure.asking import agree, ask, ask_at_counter, receive, refuse, take_back, tell
from courses.erasure.keeping import sweep
from courses.erasure.outlook import Outlook, outlook
from courses.erasure.refusals import ErasureRefusal, ErasureRefused
from courses.erasure.tombstones import apply, lines

__all__ = [
    "ErasureRefusal",
    "ErasureRefused",
    "Outlook",
    "agree",
    "apply",
    "ask",
    "ask_at_counter",
    "lines",
    "outlook",
    "receive",
    "refuse",
    "sweep",
    "take_back",
    "tell",
]
