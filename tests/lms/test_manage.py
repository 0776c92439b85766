import pytest

from manage import surroundings

OWNER = "postgres://owner@db/tideline"


@pytest.mark.parametrize("verb", ["migrate", "createcachetable", "prepare"])
def test_what_alters_tables_runs_as_their_owner(verb: str) -> None:
    given = {"DJANGO_SETTINGS_MODULE": "x", "DATABASE_URL": "app", "MIGRATE_DATABASE_URL": OWNER}
    assert surroundings(["manage.py", verb], given) == {"DATABASE_URL": OWNER}


@pytest.mark.parametrize("verb", ["tally", "check_consistency", "runserver", "load_reference"])
def test_everything_else_runs_as_the_application(verb: str) -> None:
    given = {"DJANGO_SETTINGS_MODULE": "x", "DATABASE_URL": "app", "MIGRATE_DATABASE_URL": OWNER}
    assert surroundings(["manage.py", verb], given) == {}


def test_without_a_choice_the_settings_are_those_of_one_machine() -> None:
    assert surroundings(["manage.py"], {}) == {"DJANGO_SETTINGS_MODULE": "lms.settings.dev"}
