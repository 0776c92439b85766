"""Fixtures for proofs on a database of their own; tests/conftest.py takes them in. The tests carry the `django_db`
mark."""

import os
from collections.abc import Iterator

import pytest

from tests import ground
from tests.crowd import Crowd
from tests.ground import Ground
from tests.races import Arena


@pytest.fixture(scope="session")
def crowd() -> Iterator[Crowd]:
    """Contenders for the whole session: starting them costs more than a race."""
    with Crowd(os.environ) as crowd:
        yield crowd


@pytest.fixture
def own_ground() -> Iterator[Ground]:
    with ground.fresh() as own:
        yield own


@pytest.fixture
def arena(crowd: Crowd, own_ground: Ground) -> Arena:
    return Arena(crowd, own_ground)
