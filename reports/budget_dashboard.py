"""PURE. What an edition of a fund holds, once frozen: what moved since the former one and why, what two differ in.

The content is plain text, integers, booleans and None (`snapshot.canonical`); amounts in the fund's unit, unrounded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cog.figures import format_figure, format_whole

Content = Mapping[str, Any]

COLUMNS = {
    "programme": "Programme",
    "initial": "Budget initial",
    "voted": "Crédits ouverts",
    "executed": "Exécuté",
    "forecast": "Prévision d'exécution",
    "gap": "Écart aux crédits ouverts",
    "rate": "Taux d'exécution",
}
"""The columns of the table, with their headings."""

MOVING = ("programme", "voted", "executed", "forecast")
"""The columns that move from an edition to the next; the others follow from them."""

ANNEXES = {
    "transfers": "virements de crédits",
    "carried": "crédits reportés et non reportés",
    "conformity": "conformité et répartition",
    "staff": "effectifs",
    "payroll": "hypothèses de masse salariale",
    "receipts": "recettes réutilisables",
    "analysis": "analyse de l'exécution",
}
"""What goes with the table, with its name."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that differs between two contents; None where it is blank."""

    position: int
    label: str
    column: str
    before: str | None
    after: str | None

    @property
    def heading(self) -> str:
        return COLUMNS[self.column]

    @property
    def change(self) -> Decimal | None:
        """After minus before; None where one is blank."""
        if self.before is None or self.after is None:
            return None
        return Decimal(self.after) - Decimal(self.before)


def changes(before: Content, after: Content, columns: tuple[str, ...] = tuple(COLUMNS)) -> list[Change]:
    """Every figure of the table that differs, in printed order."""
    former = {row["position"]: row for row in before["rows"]}
    return [
        Change(row["position"], row["label"], column, known.get(column), row[column])
        for row in after["rows"]
        for known in [former.get(row["position"], {})]
        for column in columns
        if known.get(column) != row[column]
    ]


def annexes_changed(before: Content, after: Content) -> list[str]:
    """Names of the annexes that differ."""
    return [name for key, name in ANNEXES.items() if before.get(key) != after.get(key)]


def since(former: Content | None, content: Content, *, receipt: str = "") -> dict[str, Any] | None:
    """What moved since the former edition of the same exercise, and the acts and comments that say why.

    `receipt` names the transmission of the former edition. None when there is no former edition.
    """
    if former is None:
        return None
    known = {_name_of(act) for act in former["acts"]}
    said = {(one["position"], one["act"], one["text"]) for one in former["comments"]}
    return {
        "receipt": receipt,
        "title": former["title"],
        "at": former["at"],
        "rows": [
            {
                "position": one.position,
                "label": one.label,
                "column": one.column,
                "before": one.before,
                "after": one.after,
            }
            for one in changes(former, content, MOVING)
        ],
        "acts": [act for act in content["acts"] if _name_of(act) not in known],
        "comments": [one for one in content["comments"] if (one["position"], one["act"], one["text"]) not in said],
    }


def _name_of(act: Mapping[str, Any]) -> tuple[str, str, str]:
    return act["kind"], act["label"], act["dated"]


def moved_rows(content: Content) -> Iterator[dict[str, Any]]:
    """What moved since the former edition: one row a line, a cell for each column that moves."""
    told = content.get("since") or {"rows": []}
    by_line: dict[int, dict[str, Any]] = {}
    for one in told["rows"]:
        row = by_line.setdefault(one["position"], {"label": one["label"], "position": one["position"], "cells": {}})
        before, after = one["before"], one["after"]
        both = before is not None and after is not None
        row["cells"][one["column"]] = {
            "before": before,
            "after": after,
            "change": str(Decimal(after) - Decimal(before)) if both else None,
        }
    yield from by_line.values()


def broken_sums(content: Content) -> list[str]:
    """Lines of a frozen table that are not the sum of those they add up, in words; nothing when all holds."""
    by_position = {row["position"]: row for row in content["rows"]}
    found = []
    for row in content["rows"]:
        for column in ("initial", "voted", "executed", "forecast"):
            parts = [(by_position[part][column], sign) for part, sign in row["parts"] if part in by_position]
            known = [Decimal(value) * sign for value, sign in parts if value is not None]
            if known and row[column] is not None and Decimal(row[column]) != sum(known, Decimal(0)):
                found.append(f"« {row['label']} », {COLUMNS[column].lower()} : {row[column]}, ses lignes {sum(known)}")
    return found


def presentation(content: Content) -> dict[str, Any]:
    """What pages and paper place of an edition: the table as it is read, what moved, the annexes that have tables."""
    return {
        "columns": COLUMNS,
        "moving": MOVING,
        "rows": [_shown(row, content["fund"]["decimals"]) for row in content["rows"]],
        "moved": list(moved_rows(content)),
        "split": [_split(one) for one in content["conformity"]["split"]],
        "annexes": [content[key] for key in ("staff", "payroll", "receipts") if content.get(key)],
    }


def _split(one: Mapping[str, Any]) -> dict[str, str | None]:
    """A line of the split with the part of the local bodies, where the Caisse nationale's own is known."""
    national = one["national"]
    local = None if national is None else str(Decimal(one["voted"]) - Decimal(national))
    return {"label": one["label"], "voted": one["voted"], "national": national, "local": local}


def _shown(row: Mapping[str, Any], decimals: int) -> dict[str, Any]:
    """A row with its figures as paper shows them, and in full beside; a blank where nothing is known."""
    cells = []
    for name in COLUMNS:
        value = None if row[name] is None else Decimal(row[name])
        partial = name in row["partial"]
        if value is None:
            cells.append({"shown": "", "full": "", "is_rounded": False, "partial": partial, "amount": None})
            continue
        is_rate = name == "rate" or row["unit"] == "%"
        shown = format_figure(value, 1, "%") if is_rate else format_figure(value, decimals)
        full = shown if is_rate else format_whole(value, decimals)
        cells.append(
            {"shown": shown, "full": full, "is_rounded": shown != full, "partial": partial, "amount": row[name]}
        )
    return {**row, "cells": cells}


def counts(content: Content) -> dict[str, int]:
    """How much an edition holds."""
    return {
        "lines": sum(row["kind"] != "header" for row in content["rows"]),
        "figures": sum(row[column] is not None for row in content["rows"] for column in COLUMNS),
        "acts": len(content["acts"]),
        "transfers": len(content["transfers"]),
    }
