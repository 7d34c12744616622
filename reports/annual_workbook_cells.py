"""PURE. What the cells of the bilan's workbook are made of."""

from decimal import Decimal
from typing import Any

from cog.figures import NumberError, parse_french_decimal

Payload = dict[str, Any]
Rows = list[list[Any]]
Sheet = tuple[str, list[str], Rows]


def number(text: str) -> Decimal | None:
    """An exact decimal of the content; blank where there is none."""
    return Decimal(text) if text else None


def printed(text: str) -> Decimal | str:
    """A figure the content keeps only as it is printed: the number it prints, else its words."""
    try:
        return parse_french_decimal(text) if text else ""
    except NumberError:
        return text


def lines_of(blocks: list[Payload]) -> str:
    return "\n".join(line for block in blocks for line in block["lines"])
