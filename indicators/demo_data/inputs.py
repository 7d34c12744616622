"""What the generator is given and what it gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

NATIONAL = "NATIONAL"
"""Code under which a figure that exists only for the whole is reported."""

BRANCH_KINDS = ("cnaf", "certi", "cnedi", "pole")
"""Kinds of bodies that report the measures of level « organisation » beside the caisses (l. 11315)."""


@dataclass(frozen=True, slots=True)
class DemoMeasure:
    """« donnée de base »: its fields as in measures.csv; `breakdowns` as written there (`a=x|y;b=*`)."""

    code: str
    value_kind: str
    level: str
    finest_period: str
    breakdowns: str = ""

    @property
    def dimensions(self) -> Mapping[str, tuple[str, ...]]:
        """Dimension -> its closed list of values; an open list (`*`) is empty."""
        pairs = (part.split("=", 1) for part in self.breakdowns.split(";") if part)
        return {key: () if values == "*" else tuple(values.split("|")) for key, values in pairs}


@dataclass(frozen=True, slots=True)
class DemoBody:
    """« organisme »: `kind` as in organisations.csv; only caisses and BRANCH_KINDS report."""

    code: str
    kind: str
    is_dom: bool = False


class Row(NamedTuple):
    """One line of the long form: `breakdown` is `key=value` or empty, `value` a number, `NS` or `ND`."""

    measure: str
    body_code: str
    period: str
    breakdown: str
    value: str


class DemoDataError(ValueError):
    """The measures given and the models declared here do not fit; says every difference."""
