"""Long lists page by page: how many lines, as the address asks, and the page in view."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django_tables2 import RequestConfig, Table

SIZES = (25, 50, 100)


class SizedPaginator(Paginator):
    """A paginator whose reader chooses the number of lines; a list that fits in the smallest page offers no choice."""

    @property
    def sizes(self) -> tuple[int, ...]:
        return SIZES if self.count > SIZES[0] else ()


def size_asked(request: HttpRequest, default: int = 50) -> int:
    """The lines by page the address asks for, when it is one of those offered."""
    asked = request.GET.get("par", "")
    return int(asked) if asked in map(str, SIZES) else default


def page_of(request: HttpRequest, rows: Sequence[Any] | QuerySet[Any]) -> Page:
    """The page in view of a list."""
    return SizedPaginator(rows, size_asked(request)).get_page(request.GET.get("page"))


def configure(request: HttpRequest, table: Table) -> Table:
    """The order and the page of a table, as the address asks."""
    paginate = {"per_page": size_asked(request), "paginator_class": SizedPaginator}
    RequestConfig(request, paginate=paginate).configure(table)
    return table
