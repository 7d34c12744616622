"""French words and numbers in templates; every figure shown goes through `cog.figures`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django import template
from django.core.paginator import Page
from django.template.context import Context
from django.utils import timezone

from cog import figures
from cog.acronyms import explained
from cog.help import Topic, topic_of
from cog.ordering import PARAMETER
from cog.periods import PeriodError, format_date, parse
from cog.queries import acronym_words

register = template.Library()


@register.filter
def figure(value: Decimal | int | None, decimals: int = 0) -> str:
    """« 1 234,5 »; « n.d. » when there is no value."""
    return figures.format_figure(Decimal(value) if isinstance(value, int) else value, int(decimals))


@register.filter
def exact(value: Decimal | None) -> str:
    """A value with the decimals it has, no more: what was printed or typed."""
    return figures.NOT_AVAILABLE if value is None else figures.format_exact(value.normalize() + 0)


@register.filter
def amount(value: Decimal | str | None, decimals: int = 0) -> str:
    """A sum of money (or its text) with every digit, and at least those its table prints; blank when not known."""
    if value is None or value == "":
        return ""
    return figures.format_whole(Decimal(value), int(decimals))


@register.filter
def period(code: str) -> str:
    """« 2014-T1 » as « 1er trimestre 2014 »."""
    return parse(code).label


@register.filter
def french_date(moment: date | datetime | None) -> str:
    """« 1er avril 2014 »."""
    if moment is None:
        return ""
    return format_date(timezone.localdate(moment) if isinstance(moment, datetime) else moment)


@register.filter
def paragraphs(text: str) -> list[str]:
    """The paragraphs of a printed cell."""
    return [line for line in str(text or "").split("\n") if line.strip()]


@register.filter
def is_bullet(line: str) -> bool:
    return line.lstrip().startswith("·")


@register.filter
def without_bullet(line: str) -> str:
    return line.lstrip().lstrip("·").strip()


@dataclass(frozen=True)
class Block:
    """A run of lines of a printed cell: paragraphs, or the bullets of one list."""

    is_list: bool
    lines: list[str]


@register.filter
def blocks(text: str) -> list[Block]:
    """A printed cell as paragraphs and lists, in order."""
    return [
        Block(bullets, [without_bullet(line) if bullets else line.strip() for line in lines])
        for bullets, lines in groupby(paragraphs(text), key=is_bullet)
    ]


@register.filter
def number(text: str) -> str:
    """A number kept as text (« 8.31 ») as French writes it; words are left as they are, nothing is nothing."""
    if text is None:
        return ""
    try:
        return figures.format_exact(Decimal(text))
    except (InvalidOperation, ValueError):
        return str(text)


@register.filter
def number_date(iso: str) -> str:
    """« 15 juillet 2014 » for a day kept as text."""
    return format_date(date.fromisoformat(iso)) if iso else ""


@register.filter
def day_or_text(text: str) -> str:
    """« 15 juillet 2014 » for a day kept as text; other words as they are."""
    try:
        return format_date(date.fromisoformat(text))
    except ValueError:
        return str(text)


@register.filter
def signed(text: str) -> str:
    """A change kept as text, with its sign: « +1,5 »."""
    value = Decimal(text)
    return figures.format_gap(value, figures.decimals_of(value))


@register.filter
def begins(text: str, start: str) -> bool:
    return str(text).startswith(start)


@register.filter
def plural(count: int, forms: str = ",s") -> str:
    """`{{ n|plural:"est,sont" }}`: French is plural from two on."""
    one, many = forms.split(",")
    return many if abs(count) >= 2 else one


@register.filter
def breakdown(code: str) -> str:
    """« type_accueil=micro_creche_psu » as « type accueil : micro creche psu »."""
    return str(code).replace("_", " ").replace(";", ", ").replace("=", "\u00a0: ")


@register.filter
def covers(text: str) -> str:
    """What a restitution covers: a period in words, or what is written."""
    try:
        return parse(text).label
    except PeriodError:
        return str(text)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """The value of a mapping under a key known only at run time."""
    return mapping.get(key) if mapping else None


@register.filter
def file_size(size: int | None) -> str:
    """« 25 Mo », « 1,9 Mo », « 340 ko »: as French computers show it, 1 024 by 1 024."""
    return figures.format_size(size or 0)


@register.filter
def page_numbers(page: Page) -> list[int | str]:
    """The numbers of a list's pages around the one in view, and its ends."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))


@register.simple_tag(takes_context=True)
def page_link(context: dict[str, Any], **changes: Any) -> str:
    """The current address with some of its query parameters changed; an empty one is removed."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            query.pop(key, None)
        else:
            query[key] = value
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sigles(context: Context, text: str | None) -> str:
    """A text with the words of its acronyms, each where the page first shows it; one query a page at most."""
    request = getattr(context, "request", None)
    convention = getattr(request, "convention", None)
    if convention is None:
        return str(text or "")
    if not hasattr(request, "acronyms"):
        request.acronyms, request.acronyms_told = acronym_words(convention=convention), set()
    return explained(str(text or ""), request.acronyms, request.acronyms_told)


@register.inclusion_tag("components/column.html", takes_context=True)
def column(context: dict[str, Any], name: str, label: str, css: str = "") -> dict[str, Any]:
    """The head of a column that sorts its table by a link (cog.ordering); figures come downwards first."""
    asked = context["request"].GET.get(PARAMETER, "")
    first, second = (f"-{name}", name) if css == "num" else (name, f"-{name}")
    order = {name: "ascending", f"-{name}": "descending"}.get(asked, "")
    link = page_link(context, **{PARAMETER: second if asked == first else first, "page": ""})
    return {"label": label, "css": css, "order": order, "link": link}


@register.simple_tag(takes_context=True)
def help_topic(context: dict[str, Any]) -> Topic | None:
    """The part of the help about the page in view; None where there is none."""
    request = context.get("request")
    return topic_of(request.path) if request is not None else None


@register.simple_tag
def querystring_of(**parameters: Any) -> str:
    """« periode=2014&organisme=011 »: the parameters that are not empty, ready for an address."""
    return urlencode({key: value for key, value in parameters.items() if value not in ("", None)})
