"""English pages: what the product brings is English, what the bureau writes in Chinese is marked as Chinese."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from cms import memory, publishing
from cms.models import CoursePage, HomePage, OfficialSettings, StandardPage
from tests.factories.classes import training_class

HAN = re.compile(r"[\u3400-\u9fff]+")


def in_english(client: Client, path: str) -> BeautifulSoup:
    memory.forget("official")
    client.cookies["django_language"] = "en"
    return BeautifulSoup(client.get(path).content, "lxml")


def unmarked(page: BeautifulSoup) -> list[str]:
    """What a screen reader would try to speak as English."""
    texts = page.body.find_all(string=HAN)  # type: ignore[union-attr]
    return [text.strip() for text in texts if text.find_parent(attrs={"lang": "zh-Hans"}) is None]


def test_a_bureau_named_in_chinese_alone_stands_under_no_other_english_name(client: Client, site: HomePage) -> None:
    assert "Yantai Human Resources and Social Security Bureau" in in_english(client, "/contact/").get_text()
    entered = OfficialSettings.objects.create(site=site.get_site(), bureau="莱州市人社局", hours="周一至周五")
    page = in_english(client, "/contact/")
    assert "Yantai Human" not in page.select(".official")[0].get_text()
    assert {"莱州市人社局", "周一至周五"} <= {marked.text for marked in page.select('[lang="zh-Hans"]')}
    OfficialSettings.objects.filter(pk=entered.pk).update(bureau_en="Laizhou HRSS Bureau")
    assert "Laizhou HRSS Bureau" in in_english(client, "/contact/").select(".official")[0].get_text()


@pytest.mark.parametrize("slug", sorted(path.stem for path in publishing.TEXTS.glob("*.json")))
def test_the_service_pages_that_come_with_the_product_are_english_on_english_pages(
    client: Client, site: HomePage, slug: str
) -> None:
    page = in_english(client, f"/{slug}/")
    main = page.select_one("main")
    assert main is not None
    assert (HAN.findall(main.get_text()), page.title and HAN.findall(page.title.text)) == ([], [])
    chinese = StandardPage.objects.get(slug=slug)
    assert len(chinese.body) == len(chinese.body_en), "both say the same, part by part"


def test_a_page_written_in_chinese_alone_is_shown_in_chinese_and_marked_so(client: Client, site: HomePage) -> None:
    StandardPage.objects.filter(slug="help").update(body_en=[], title_en="", lead_en="")
    page = in_english(client, "/help/")
    assert "收不到验证码" in page.get_text()
    assert unmarked(page) == []


@pytest.mark.parametrize("path", ["/", "/courses/", "/courses/lucai-4/", "/notices/", "/notices/opening/", "/contact/"])
def test_what_is_written_in_chinese_is_marked_on_an_english_page(client: Client, cook: CoursePage, path: str) -> None:
    today = timezone.now()
    training_class(now=today, course=cook.course, first=today + timedelta(days=2))
    publishing.publish_article(
        slug="opening", title="开班安排", kind="notice", on=today.date(), summary="照常上课", quote="学会了", speaker="孙*国",
        body=[("paragraph", "<p>放假不上课。</p>")],
    )  # fmt: skip
    page = in_english(client, path)
    assert page.select('[lang="zh-Hans"]')
    assert unmarked(page) == []
