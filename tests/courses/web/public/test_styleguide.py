"""The page of components: each of them stands on it, and its colours are those of the stylesheet."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import include, path

from lms.urls import urlpatterns as city

FOLDER = Path(__file__).resolve().parents[4] / "templates" / "components"

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
urlpatterns = [path("styleguide/", include("courses.web.public.styleguide_urls")), *city]


def test_every_component_stands_on_the_page(client: Client) -> None:
    page = client.get("/styleguide/")
    shown = {template.name for template in page.templates}
    assert {f"components/{file.name}" for file in FOLDER.iterdir()} - shown == set()


def test_colours_are_told_with_their_values_by_day_and_by_night(client: Client) -> None:
    page = client.get("/styleguide/").content.decode()
    assert '<span>渤海蓝 bohai</span><span class="swatch-values">#0B4F6C · #7CC7DB</span>' in page
    assert '<span>灯塔黄 lamp</span><span class="swatch-values">#F2B233</span>' in page
