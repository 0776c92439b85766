"""What production serves and does not serve, seen from a process of its own."""

import json
from pathlib import Path

import pytest

from tests.lms.production import complete, run

ASK = """
import json, logging, django
django.setup()
from django.conf import settings
from django.urls import Resolver404, get_resolver, resolve
def found(path):
    try:
        return resolve(path).view_name or ""
    except Resolver404:
        return None
names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
def printers(logger):
    return len(logger.handlers) + (printers(logger.parent) if logger.parent and logger.propagate else 0)
print(json.dumps({
    "demo": "demo" in names or found("/demo/") == "demo",
    "styleguide": "styleguide" in names or found("/styleguide/") == "styleguide",
    "media": "media" in str(get_resolver().url_patterns),
    "my": found("/my/"),
    "cookies": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME],
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.LANGUAGE_COOKIE_SECURE],
    "httponly": [settings.SESSION_COOKIE_HTTPONLY, settings.CSRF_COOKIE_HTTPONLY, settings.LANGUAGE_COOKIE_HTTPONLY],
    "tls": [settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS],
    "second_factor": settings.ENFORCE_SECOND_FACTOR,
    "log": settings.LOGGING["handlers"]["console"]["formatter"],
    "printers": printers(logging.getLogger("django.request")),
    "outside": [settings.WAGTAIL_ENABLE_UPDATE_CHECK, settings.WAGTAIL_ENABLE_WHATS_NEW_BANNER,
                settings.WAGTAIL_GRAVATAR_PROVIDER_URL, settings.WAGTAILEMBEDS_FINDERS],
    "csp": sorted(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()),
}, default=str))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    asked = run(["-c", ASK], complete(tmp_path_factory.mktemp("city")))
    assert asked.returncode == 0, asked.stderr
    answer: dict[str, object] = json.loads(asked.stdout)
    return answer


def test_production_has_no_demo_door_no_styleguide_and_serves_no_uploads_itself(told: dict[str, object]) -> None:
    assert (told["demo"], told["styleguide"], told["media"], told["my"]) == (False, False, False, "my")


def test_the_demo_door_exists_where_demo_settings_hold(tmp_path: Path) -> None:
    """The same question finds it under the settings that have it, so that the answer above means something."""
    given = complete(tmp_path) | {"DJANGO_SETTINGS_MODULE": "lms.settings.dev"}
    answer = json.loads(run(["-c", ASK], given).stdout)
    assert (answer["demo"], answer["styleguide"], answer["media"]) == (True, True, True)


def test_the_pages_admin_calls_no_host_outside(told: dict[str, object]) -> None:
    assert told["outside"] == [False, False, None, []]


def test_a_refused_request_is_printed_once(told: dict[str, object], tmp_path: Path) -> None:
    assert told["printers"] == 1
    given = complete(tmp_path) | {"DJANGO_SETTINGS_MODULE": "lms.settings.dev"}
    assert json.loads(run(["-c", ASK], given).stdout)["printers"] == 1


def test_with_redis_only_what_names_nobody_is_shared(tmp_path: Path) -> None:
    ask = "import json; from django.conf import settings; print(json.dumps(settings.CACHES))"
    answer = json.loads(run(["-c", ask], complete(tmp_path) | {"REDIS_URL": "redis://redis:6379/0"}).stdout)
    assert {name: cache["BACKEND"].rpartition(".")[2] for name, cache in answer.items()} == {
        "default": "RedisCache",
        "moment": "RedisCache",
        "screens": "LocMemCache",
        "tries": "RedisCache",
    }


def test_cookies_belong_to_this_host_and_to_tls_alone(told: dict[str, object]) -> None:
    assert told["cookies"] == ["__Host-sessionid", "__Host-csrftoken"]
    assert told["secure"] == told["httponly"] == [True, True, True]
    assert told["tls"] == [True, 365 * 24 * 3600]


def test_staff_need_their_second_factor_and_logs_are_structured(told: dict[str, object]) -> None:
    assert (told["second_factor"], told["log"]) == (True, "json")


def test_the_content_policy_allows_nothing_inline(told: dict[str, object]) -> None:
    assert "unsafe" not in str(told["csp"])
    assert "http" not in str(told["csp"])
