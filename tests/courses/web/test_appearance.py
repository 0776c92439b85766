"""Text size and light or dark, kept in the browser; the language, kept with the learner too."""

import re
from datetime import datetime

import pytest
from django.test import Client

from courses.models import Learner, OutboxMessage
from courses.notices.texts import text_of
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


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


def test_a_learner_who_reads_in_english_is_written_to_in_english(client: Client, now: datetime) -> None:
    """Signed in; a visitor's choice stays in the browser, staff have none, and no language is made up."""
    learner, other, clerk = people.learner(now=now), people.learner(now=now), people.user()
    assert learner.user is not None
    client.post("/language/", {"language": "en"})
    for user, wanted in ((clerk, "en"), (learner.user, "fr"), (learner.user, "en")):
        client.force_login(user, backend=BACKEND)
        assert client.get("/language/", {"language": "zh-hans"}).status_code == 302
        assert client.post("/language/", {"language": wanted, "next": "/"}).status_code == 302
    assert [Learner.objects.get(pk=one.pk).language for one in (learner, other)] == ["en", "zh-hans"]
    learner.refresh_from_db()
    a_class = training_class(now=now)
    letters = []
    for one in (learner, other):
        enrolled(training_class=a_class, now=now, learner=one)
        message = OutboxMessage.objects.get(learner=one)
        letters.append(text_of(kind=message.kind, params=message.params, language=message.language))
    assert letters[0].startswith("You are enrolled in")
    assert letters[1].startswith("您已报上「中式烹调师（四级）」")


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
