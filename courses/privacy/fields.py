"""Model fields that the database sees as ciphertext only, and their re-encryption after a key change."""

import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.core import checks
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Cast

from courses.privacy.keys import ring
from courses.privacy.tokens import decrypt, encrypt, token_prefix

DIGEST_CHARS = 64

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")

if TYPE_CHECKING:
    _TextField = models.TextField
    _CharField = models.CharField[Any, Any]
else:
    _CharField = models.CharField

    class _TextField(models.TextField):
        """The type checker's ``TextField[set, get]`` is a plain class when the service runs."""

        __class_getitem__ = classmethod(lambda cls, _types: cls)


class EncryptedField(_TextField[_Set, _Get]):
    """A value that the database sees as a token only. Empty text stays empty, so that an erased field can be told.

    Nothing but ``isnull`` can be asked of it (FieldError): look people up by a DigestField. ``context`` keeps old
    tokens readable when a model or field is renamed; by default it is ``app.model.field``.
    """

    def __init__(self, *args: Any, context: str = "", **kwargs: Any) -> None:
        self.fixed_context = context
        super().__init__(*args, **kwargs)

    @property
    def context(self) -> str:
        return self.fixed_context or f"{self.model._meta.label_lower}.{self.name}"

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if self.fixed_context:
            kwargs["context"] = self.fixed_context
        return name, path, args, kwargs

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        found = super().check(**kwargs)
        if self.unique or getattr(self, "db_index", False):
            hint = "Put unique or db_index on a DigestField beside it."
            found.append(checks.Error("Tokens of equal texts differ.", hint=hint, obj=self, id="courses.E001"))
        return found

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: only isnull can be asked, not {lookup_name}.")
        return super().get_lookup(lookup_name)

    def _to_text(self, value: Any) -> str:
        return str(value)

    def _from_text(self, text: str) -> Any:
        return text

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        return encrypt(self._to_text(value), context=self.context)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return self._from_text(decrypt(value, context=self.context)) if value else value

    def value_to_string(self, obj: models.Model) -> str:
        """What a fixture shows: the token. Such a fixture proves or compares; a backup copies the database."""
        return self.get_prep_value(self.value_from_object(obj)) or ""


class EncryptedTextField(EncryptedField[Any, str]):
    """Text, stored as its token."""


class EncryptedJSONField(EncryptedField[Any, Any]):
    """Any JSON value, stored as the token of its text; dates and decimals become text. None is NULL."""

    def _to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)

    def _from_text(self, text: str) -> Any:
        return json.loads(text)

    def to_python(self, value: Any) -> Any:
        return value


class DigestField(_CharField):
    """Result of ``digest``: 64 hex characters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = DIGEST_CHARS
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs


@cache
def encrypted_fields(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.name for field in model._meta.local_concrete_fields if isinstance(field, EncryptedField))


def reencrypt(queryset: models.QuerySet[Any], *, fields: Sequence[str]) -> int:
    """Bring tokens of other keys or suites to the current one; returns the number of values rewritten.

    Each value is replaced only if it still is the token that was read, so it may run beside the service, and again.
    Refused: TokenRefused for the first value that cannot be read; what was rewritten before it stays.
    """
    prefix, rewritten = token_prefix(ring()), 0
    for name in fields:
        context = queryset.model._meta.get_field(name).context
        stored = queryset.annotate(token=Cast(name, models.TextField())).exclude(token__isnull=True)
        old = stored.exclude(token="").exclude(token__startswith=prefix)
        for pk, token in old.order_by("pk").values_list("pk", "token").iterator(chunk_size=500):
            fresh = models.Value(encrypt(decrypt(token, context=context), context=context), models.TextField())
            rewritten += stored.filter(pk=pk, token=token).update(**{name: fresh})
    return rewritten
