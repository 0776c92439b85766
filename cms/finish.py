"""The end of a review as Wagtail calls it. Wagtail's models load this while loading themselves: it imports late."""

from typing import Any


def publish_approved(state: Any, user: Any = None) -> None:
    from cms import review

    review.publish_approved(state, user=user)
