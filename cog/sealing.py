"""What a page shows before a person confirms it, carried by the browser as a text that nobody can alter."""

from typing import Any

from django.core import signing

MAX_AGE = 24 * 3600


def seal(content: dict[str, Any], *, user: int, purpose: str) -> str:
    """The content, for this person and this purpose only."""
    return signing.dumps({**content, "user": user}, salt=purpose, compress=True)


def unseal(text: str, *, user: int, purpose: str) -> dict[str, Any] | None:
    """The content that was sealed for this person less than a day ago; None for anything else."""
    try:
        content: dict[str, Any] = signing.loads(text, salt=purpose, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return content if content["user"] == user else None
