"""Text size and light or dark, kept in the browser."""

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
