"""A bearer token per client, each with its scopes."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security import HttpBearer

from courses.models import ApiClient
from courses.people import clients
from courses.people.clients import Scope


class ClientToken(HttpBearer):
    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any | None:
        client = clients.authenticate(token=token)
        if client is None:
            return None
        if self.scope not in client.scopes:
            raise PermissionDenied
        return client


def client_of(request: HttpRequest) -> ApiClient:
    client: ApiClient = request.auth  # type: ignore[attr-defined]
    return client
