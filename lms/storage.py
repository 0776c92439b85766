"""Two buckets of an S3-compatible store, where files do not lie on this machine's disk."""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from botocore.exceptions import ClientError
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage


class PublicBucket(S3Storage):
    """Pictures and papers of pages, read under MEDIA_URL: the store's own public host, or a proxy before it."""

    def url(self, name: str, *_args: Any, **_options: Any) -> str:
        return str(urljoin(settings.MEDIA_URL, filepath_to_uri(name)))


class PrivateBucket(S3Storage):
    """Encrypted files about a person. They leave it through views alone, so none has an address that could leak."""

    def url(self, name: str, *_args: Any, **_options: Any) -> str:
        raise ValueError("A private file has no address.")

    def get_modified_time(self, name: str) -> datetime:
        """FileNotFoundError where it went in the meantime, as a folder on disk says it."""
        try:
            written: datetime = super().get_modified_time(name)
        except ClientError as gone:
            raise FileNotFoundError(name) from gone
        return written
