"""What came of a deed, said on the page that it leads to, and whom it told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses import notices
from courses.models import Learner, TrainingClass
from courses.refusals import Refused

SAID = gettext_lazy("已办理，并通知学员。")
UNHEARD = gettext_lazy("已办理。学员没有手机号，收不到通知，请当面告知。")


@contextmanager
def told(request: HttpRequest, words: str | Promise | Callable[[], str]) -> Iterator[None]:
    """What came of the deed stands on the next page: the sentence of its refusal, or `words`."""
    try:
        yield
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, words() if callable(words) else str(words))


def said_to(learner: Learner) -> str:
    """The end of a sentence: that the learner is told of it, or that somebody has to."""
    return _("并通知本人") if notices.is_reached(learner=learner) else _("本人没有手机号，请当面告知")


def name_the_unheard(request: HttpRequest, *, training_class: TrainingClass, now: datetime) -> None:
    """After a deed of this moment that tells many: how many of them nothing reaches."""
    many = notices.count_unheard(training_class=training_class, now=now)
    if many:
        words = ngettext(
            "其中 %(count)s 名学员没有手机号，收不到通知，请机构当面告知。名单在机构的「待我办」。",
            "其中 %(count)s 名学员没有手机号，收不到通知，请机构当面告知。名单在机构的「待我办」。",
            many,
        )
        messages.warning(request, words % {"count": many})


def told_or_not(*, training_class: TrainingClass, now: datetime, heard: str | Promise = SAID) -> Callable[[], str]:
    """The sentence of a deed of this moment about one learner who is not at hand, by whether anything reaches them."""
    return lambda: str(UNHEARD if notices.count_unheard(training_class=training_class, now=now) else heard)
