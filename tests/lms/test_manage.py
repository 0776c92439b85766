from pathlib import Path

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


def test_without_a_choice_the_settings_are_those_of_one_machine(tmp_path: Path) -> None:
    given = {"DATA_DIR": str(tmp_path)}
    assert surroundings(["manage.py"], given) == {"DJANGO_SETTINGS_MODULE": "lms.settings.dev"}


def test_a_verb_called_by_hand_reads_with_the_keys_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("SECRET_KEY=kept=\nFIELD_KEYS=k1:kept\n")
    given = {"DATA_DIR": str(tmp_path), "FIELD_KEYS": "k1:given"}
    added = {"DJANGO_SETTINGS_MODULE": "lms.settings.dev", "SECRET_KEY": "kept="}
    assert surroundings(["manage.py", "import_roster"], given) == added
    assert surroundings(["manage.py"], {**given, "DJANGO_SETTINGS_MODULE": "lms.settings.production"}) == {}
