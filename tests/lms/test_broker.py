"""The folder that carries wake-ups: a reader finds whole messages or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.transport import filesystem

from lms.broker import Transport
from lms.celery import app


@contextmanager
def channel_in(folder: Path, transport: type[filesystem.Transport]) -> Iterator[Any]:
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    with Connection(transport=transport, transport_options=options) as connection:
        yield connection.channel()


def test_messages_come_out_in_the_order_in_which_they_went_in(tmp_path: Path) -> None:
    with channel_in(tmp_path, Transport) as channel:
        for number in (1, 2):
            channel._put("celery", {"number": number})
        assert [channel._get("celery")["number"] for _ in range(2)] == [1, 2]
        assert list(tmp_path.glob("*.*")) == []


def test_a_message_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    with channel_in(tmp_path, Transport) as channel:
        with pytest.raises(TypeError):
            channel._put("celery", {"never": {("whole",): 1}})
        with pytest.raises(Empty):
            channel._get("celery")


def test_teeth_the_librarys_own_folder_shows_it_half_written(tmp_path: Path) -> None:
    with channel_in(tmp_path, filesystem.Transport) as channel:
        with pytest.raises(TypeError):
            channel._put("celery", {"never": {("whole",): 1}})
        with pytest.raises(JSONDecodeError):
            channel._get("celery")


def test_the_service_uses_it() -> None:
    with app.connection_for_write("filesystem://localhost") as connection:
        assert isinstance(connection.transport, Transport)
