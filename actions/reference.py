"""The actions' part of a convention's folder: `actions/fiche-NN.yaml`, and what makes a row right.

The file keeps both the deadline cell as printed and its reviewed reading; the reader reads the cell again here, and a
difference is a problem unless the record's note says why the reading was chosen.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field

from actions.compute.deadlines import read_deadlines
from actions.enums import DeadlineKind
from cog.models import Convention
from cog.reference.files import Folder, Located, Record
from cog.reference.registry import Context
from cog.reference.sync import Change


class DeadlineRecord(Record):
    raw: str
    step: int | None = Field(default=None, ge=1)
    kind: Literal[tuple(DeadlineKind.values)]  # type: ignore[valid-type]
    start: date | None = None
    end: date | None = None


class ActionRecord(Record):
    ordinal: int = Field(ge=1)
    number: str
    objective: str
    label: str = Field(min_length=1)
    seed_line: int = Field(ge=1)
    steps: list[str] = []
    deadline_cell: str = ""
    deadlines: list[DeadlineRecord] = Field(min_length=1)
    note: str | None = None


class ActionsFileRecord(Record):
    fiche: int
    seed_line: int = Field(ge=1)
    actions: list[dict[str, Any]] = Field(min_length=1)


@dataclass(frozen=True)
class FicheActions:
    """The rows of one fiche's table, in printed order."""

    fiche: int
    actions: list[ActionRecord]


class ActionsPart:
    order = 20

    def parse(self, folder: Folder, context: Context) -> list[FicheActions]:
        content = []
        for name in folder.names("actions/*.yaml"):
            top = folder.yaml(name)
            if not top:
                continue
            head = folder.check(Located(name, top.line, top, top.key_lines), ActionsFileRecord)
            if head is None:
                continue
            if head.fiche not in context.fiches:
                folder.problem(
                    name,
                    top.key_lines["fiche"],
                    f"fiche = {head.fiche}",
                    "le numéro d'une fiche de fiches.yaml",
                )
            rows = folder.check_all(folder.yaml_list(name, "actions"), ActionRecord)
            for position, (row, item) in enumerate(rows, start=1):
                _check_action(folder, row, item, position, (context.start, context.end))
            content.append(FicheActions(head.fiche, [row for row, _ in rows]))
        return content

    def save(self, convention: Convention, content: list[FicheActions]) -> list[Change]:
        from actions.operations import save_actions

        return save_actions(convention=convention, content=content)


def _check_action(folder: Folder, row: ActionRecord, item: Located, position: int, term: tuple[date, date]) -> None:
    where = item.key_lines.get("deadlines", item.line)
    if row.ordinal != position:
        folder.problem(
            item.file,
            item.key_lines["ordinal"],
            f"ordinal = {row.ordinal}",
            f"{position} : les rangs se suivent dans la fiche",
        )
    for deadline in row.deadlines:
        if deadline.step is not None and deadline.step > len(row.steps):
            folder.problem(
                item.file,
                where,
                f"step = {deadline.step}",
                f"une étape de l'action (elle en a {len(row.steps)})",
            )
        if deadline.start and deadline.end and deadline.end < deadline.start:
            folder.problem(
                item.file,
                where,
                f"« {deadline.raw} » du {deadline.start} au {deadline.end}",
                "une fin après le début",
            )
        dated = deadline.kind not in ("unscheduled", "cross_reference")
        if dated != (deadline.start is not None):
            folder.problem(
                item.file,
                where,
                f"« {deadline.raw} » : {deadline.kind} commençant le {deadline.start}",
                "un début pour une échéance datée, aucun pour un renvoi ou une échéance non fixée",
            )
    if row.note:
        return
    for reviewed, read in _differences(row, term):
        folder.problem(
            item.file,
            where,
            f"la lecture {reviewed}",
            f"{read}, comme le lecteur d'échéances ; sinon dire pourquoi dans « note »",
        )


def _differences(row: ActionRecord, term: tuple[date, date]) -> list[tuple[str, str]]:
    """Pairs (reviewed, read) where the file's reading is not the reader's."""
    reviewed = [(d.kind, d.start, d.end) for d in row.deadlines]
    read = [(str(r.kind), r.start, r.end) for r in read_deadlines(row.deadline_cell, term=term)]
    if reviewed == read:
        return []
    return [(_shown(reviewed), _shown(read))]


def _shown(readings: list[tuple[str, date | None, date | None]]) -> str:
    return " ; ".join(f"{kind} {start or '…'} → {end or '…'}" for kind, start, end in readings) or "(aucune)"
