"""Long lists, a page at a time, in an order that does not change."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

Shape = TypeVar("Shape", bound=BaseModel)

MOST = 500
FURTHEST = 10_000_000


class Cut(BaseModel):
    """« page demandée »."""

    limit: int = Field(100, ge=1, le=MOST, description="nombre de lignes de la page", examples=[100])
    offset: int = Field(0, ge=0, le=FURTHEST, description="nombre de lignes à passer", examples=[0])


Paging = Annotated[Cut, Query()]


class Page(BaseModel, Generic[Shape]):
    """« page »: some lines of a list, and how to read on."""

    total: int = Field(description="lignes de la liste entière", examples=[237])
    limit: int = Field(description="lignes au plus sur une page", examples=[100])
    offset: int = Field(description="lignes passées", examples=[0])
    next: str | None = Field(description="adresse de la page suivante ; null à la dernière")
    previous: str | None = Field(description="adresse de la page précédente ; null à la première")
    items: list[Shape] = Field(description="les lignes")


def paged(
    request: HttpRequest, rows: Sequence[Any] | QuerySet[Any], cut: Cut, make: Callable[[Any], Any]
) -> dict[str, Any]:
    """A page of these rows, each made into what the operation promises."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    end = cut.offset + cut.limit
    return {
        "total": total,
        "limit": cut.limit,
        "offset": cut.offset,
        "next": _address(request, cut, end) if end < total else None,
        "previous": _address(request, cut, max(0, cut.offset - cut.limit)) if cut.offset else None,
        "items": [make(row) for row in rows[cut.offset : end]],
    }


def _address(request: HttpRequest, cut: Cut, offset: int) -> str:
    asked = request.GET.copy()
    asked["limit"], asked["offset"] = str(cut.limit), str(offset)
    return f"{request.path}?{asked.urlencode()}"
