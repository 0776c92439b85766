"""The folder that carries wake-ups on one machine: a message has its name once it is whole."""

import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Kombu's own gives the file its name first; a worker that looks ten times a second then reads half a message."""

    def _put(self, queue: str, message: dict[str, Any], **_: Any) -> None:  # type: ignore[override]
        whole = Path(self.data_folder_out) / f"{monotonic_ns()}_{uuid.uuid4()}.{queue}.msg"
        part = whole.with_suffix(".part")
        try:
            part.write_text(dumps(message))  # type: ignore[no-untyped-call]
            part.replace(whole)
        except OSError as error:
            raise ChannelError(f"Cannot add file {str(whole)!r} to directory") from error


class Transport(filesystem.Transport):
    Channel = Channel
