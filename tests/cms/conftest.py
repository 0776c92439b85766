"""The site's frame with one published course."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cms import publishing
from cms.models import CoursePage, HomePage
from tests import lasting
from tests.factories import catalogue as lists


@pytest.fixture(scope="module")
def framed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with lasting.planted(django_db_blocker, _frame, at=datetime(2026, 1, 1, tzinfo=UTC)):
        yield


def _frame() -> None:
    lists.policy()
    publishing.frame()


@pytest.fixture
def site(framed: None, db: None) -> HomePage:
    home: HomePage = HomePage.objects.get()
    return home


@pytest.fixture
def cook(site: HomePage, now: datetime) -> CoursePage:
    course = lists.course(number="lucai-4", audience="年满 16 周岁，户籍不限", certificate="培训合格证书")
    return publishing.publish_course(
        course=course,
        lead="从刀工到火候",
        plan=[("1–2", "花刀、整鱼出骨", 8)],
        story=[("paragraph", publishing.rich("<p>两位师傅带一班，结业宴请家人。</p>"))],
        bring=["身份证"],
        faq=[("没做过饭能学吗", "<p>能，从拿刀开始。</p>")],
    )
