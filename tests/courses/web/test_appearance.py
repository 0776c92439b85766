"""Text size and light or dark, kept in the browser."""

import re

import pytest
from django.test import Client

from tests.factories import catalogue

pytestmark = pytest.mark.django_db


def kept(client: Client) -> dict[str, str]:
    return {name: client.cookies[name].value for name in ("theme", "elder") if name in client.cookies}


def test_the_pressed_button_comes_last_and_wins(client: Client) -> None:
    client.post("/appearance/", {"elder": ["", "1"], "theme": [""]})
    assert kept(client) == {"elder": "1", "theme": ""}
    client.post("/appearance/", {"elder": ["1"], "theme": ["", "dark"]})
    assert kept(client) == {"elder": "1", "theme": "dark"}
    client.post("/appearance/", {"elder": ["1", ""], "theme": ["dark"]})
    assert kept(client) == {"elder": "", "theme": "dark"}


def test_what_is_kept_shows_on_the_next_page(client: Client) -> None:
    catalogue.policy()
    client.post("/appearance/", {"elder": "2", "theme": "dark"})
    page = client.get("/account/").content.decode()
    assert ('data-elder="2"' in page, 'data-theme="dark"' in page) == (True, True)


def test_nothing_unknown_is_kept_and_nobody_is_led_away(client: Client) -> None:
    answer = client.post("/appearance/", {"theme": "<script>", "next": "https://evil.example/"})
    assert (answer["Location"], kept(client)["theme"]) == ("/", "")


@pytest.mark.parametrize("path", ["/account/", "/C/help/", "/account/staff/", "/nothing/here/"])
def test_a_cookie_changes_two_attributes_of_the_page_and_what_the_switches_themselves_say(path: str) -> None:
    """So that a page in one mode is the page in another with these attributes set: tests/journeys/modes.py."""
    catalogue.policy()
    plain, dressed = (_bare(path, **cookies) for cookies in ({}, {"theme": "dark", "elder": "1"}))
    assert dressed.replace(' data-theme="dark"', "", 1).replace(' data-elder="1"', "", 1) == plain


def _bare(path: str, **cookies: str) -> str:
    client = Client()
    client.cookies.load(cookies)
    page = client.get(path).content.decode()
    switches = r'<button[^>]* form="appearance"[^>]*>.*?</button>|<input type="hidden" name="(?:theme|elder)"[^>]*>'
    return re.sub(rf'{switches}|name="csrfmiddlewaretoken" value="\w+"', "", page)
