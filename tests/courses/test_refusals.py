"""Every refusal: a code from a closed list, and a sentence that says whether anything was saved and what to do next."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.utils import translation

import cms
import courses
from courses.classes.refusals import ChangeRefusal
from courses.people.credit_codes import CreditCodeRefused
from courses.people.documents import DocumentRefused
from courses.people.learners import IdentityRefusal
from courses.people.paper import PaperRefused
from courses.people.phones import PhoneRefused
from courses.people.search import SearchRefusal
from courses.refusals import Refused

SAVED = ("未", "没有", "已")
NEXT = ("请", "可以", "须", "等", "不用", "自动")
# Said beside one field of a form whose page says the rest.
OF_A_FIELD = {CreditCodeRefused, DocumentRefused, PaperRefused, PhoneRefused}
# Such a sentence handed on, and one where there was nothing to save.
HANDED_ON = {IdentityRefusal.DOCUMENT_INVALID, SearchRefusal.NO_KEY, ChangeRefusal.ONE_OF_SEVERAL}
# What was found stands in the sentence, and says itself what to do.
FINDINGS = ("%(sentence)s", "%(sentences)s", "%(words)s")


def refusals(base: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for one in base.__subclasses__():
        if one.__module__.split(".")[0] in {"courses", "cms"}:
            yield one
            yield from refusals(one)


for _package in (courses, cms):
    for _found in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        if "migrations" not in _found.name:
            importlib.import_module(_found.name)
ALL = sorted(set(refusals()), key=lambda one: f"{one.__module__}.{one.__name__}")


def test_the_refusals_are_found() -> None:
    assert len(ALL) > 60


@pytest.mark.parametrize("refused", ALL, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_code_of_the_closed_list_has_its_sentence_and_no_other_has(refused: type[Refused]) -> None:
    (codes,) = {type(code) for code in refused.sentences}
    assert set(refused.sentences) == set(codes)


@pytest.mark.parametrize("refused", ALL, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_sentence_says_whether_it_was_saved_and_what_to_do_next(refused: type[Refused]) -> None:
    with translation.override("zh-hans"):
        told = {code: str(sentence) for code, sentence in refused.sentences.items() if code not in HANDED_ON}
    if refused in OF_A_FIELD:
        assert all(told.values())
        return
    silent = {code: text for code, text in told.items() if not any(word in text for word in SAVED)}
    assert silent == {}
    no_way_on = {code: text for code, text in told.items() if not any(word in text for word in (*NEXT, *FINDINGS))}
    assert no_way_on == {}
