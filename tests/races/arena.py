"""Fixtures for proofs on a database of their own; tests/conftest.py takes them in. The tests carry the `django_db`
mark."""

import os
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests import ground
from tests.crowd import Crowd
from tests.ground import Ground
from tests.races import Arena


@pytest.fixture(scope="session")
def crowd() -> Iterator[Crowd]:
    """Contenders for the whole session: starting them costs more than a race."""
    with Crowd(os.environ) as crowd:
        yield crowd


@pytest.fixture(scope="session")
def template(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """The suite's own tables once more, taken before any test holds a transaction on them."""
    with django_db_blocker.unblock(), ground.of_test_database() as taken:
        yield taken


@pytest.fixture
def own_ground(template: Ground) -> Iterator[Ground]:
    with ground.copy_of(template) as own:
        yield own


@pytest.fixture
def arena(crowd: Crowd, own_ground: Ground) -> Arena:
    return Arena(crowd, own_ground)
