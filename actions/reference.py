"""The actions' part of a convention's folder: `actions/fiche-NN.yaml`, and what makes a row right.

The file keeps both the deadline cell as printed and its reviewed reading; the reader reads the cell again here, and a
difference is a problem unless the record's note says why the reading was chosen.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field

from actions.compute.deadlines import read_deadlines
from actions.enums import DeadlineKind
from cog.models import Convention
from cog.reference.files import SMALL, Folder, Located, Record
from cog.reference.registry import Context
from cog.reference.sync import Change


class DeadlineRecord(Record):
    raw: str = Field(max_length=250)
    step: int | None = Field(default=None, ge=1, le=SMALL)
    kind: Literal[tuple(DeadlineKind.values)]  # type: ignore[valid-type]  # the enum is the one list, pydantic reads it
    start: date | None = None
    end: date | None = None


class ActionRecord(Record):
    ordinal: int = Field(ge=1, le=SMALL)
    number: str = Field(max_length=20)
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
        """The table of each fiche that has one: one file a fiche, none forgotten."""
        content, files, unread = [], {}, False
        for name in folder.names("actions/*.yaml"):
            top = folder.yaml(name)
            head = folder.check(Located(name, top.line, top, top.key_lines), ActionsFileRecord) if top else None
            if head is None:
                unread = True
                continue
            if head.fiche not in context.fiches_with_actions:
                folder.problem(
                    name,
                    top.key_lines["fiche"],
                    f"fiche = {head.fiche}",
                    "le numéro d'une fiche qui a son tableau d'actions (« actions_line » de fiches.yaml)",
                )
            if head.fiche in files:
                folder.problem(
                    name,
                    top.key_lines["fiche"],
                    f"la fiche {head.fiche} une seconde fois (déjà dans {files[head.fiche]})",
                    "un seul fichier par fiche",
                )
            files.setdefault(head.fiche, name)
            content.append(FicheActions(head.fiche, _rows(folder, name, context)))
        if not unread and files:
            for fiche in sorted(context.fiches_with_actions - set(files)):
                folder.problem(
                    f"actions/fiche-{fiche:02}.yaml",
                    None,
                    f"aucun fichier pour la fiche {fiche}",
                    "les actions de cette fiche ; sinon « actions_line: null » dans fiches.yaml,"
                    " ou « actions_elsewhere: true » si son plan est chargé d'ailleurs",
                )
        return content

    def save(self, convention: Convention, content: list[FicheActions]) -> list[Change]:
        from actions.operations import save_actions

        return save_actions(convention=convention, content=content)


def _rows(folder: Folder, name: str, context: Context) -> list[ActionRecord]:
    """The actions of a file that are right, in printed order; their ranks are checked once all of them are."""
    items = folder.yaml_list(name, "actions")
    rows = folder.check_all(items, ActionRecord)
    check_rows(folder, rows, items, context)
    return [row for row, _ in rows]


def check_rows(
    folder: Folder, rows: Sequence[tuple[ActionRecord, Located]], items: list[Located], context: Context
) -> None:
    """What makes the rows of a table right: ranks that follow, words of the printed row, readings of its deadlines."""
    for position, (row, item) in enumerate(rows, start=1):
        if len(rows) == len(items) and row.ordinal != position:
            folder.problem(
                item.file,
                item.key_lines["ordinal"],
                f"ordinal = {row.ordinal}",
                f"{position} : les rangs se suivent dans la fiche",
            )
        _check_texts(folder, row, item)
        _check_deadlines(folder, row, item, (context.start, context.end))


def _check_texts(folder: Folder, row: ActionRecord, item: Located) -> None:
    """Steps and deadlines are words of the printed row; an objective is empty only where the text leaves it so."""
    if "objective" in item.key_lines and not row.objective.strip() and not row.note:
        folder.problem(
            item.file,
            item.key_lines["objective"],
            "un objectif vide",
            "l'objectif de l'action ; si le texte n'en imprime pas, le dire dans « note »",
        )
    label = _bare(row.label)
    for step in row.steps:
        if not _bare(step) or _bare(step) not in label:
            folder.problem(
                item.file,
                item.key_lines.get("steps", item.line),
                f"l'étape « {_shortened(step)} »",
                "des mots de l'intitulé (« label ») de l'action",
            )
    cell = _bare(row.deadline_cell)
    for deadline in row.deadlines:
        if _bare(deadline.raw) not in cell:
            folder.problem(
                item.file,
                item.key_lines.get("deadlines", item.line),
                f"l'échéance « {_shortened(deadline.raw)} »",
                f"des mots de la case d'échéance (« {_shortened(row.deadline_cell)} »)",
            )


def _bare(text: str) -> str:
    """A text without its white space and bullets, which are not the same in a cell and in its parts."""
    return re.sub(r"[\s·•▪➢►-]+", "", text)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def _check_deadlines(folder: Folder, row: ActionRecord, item: Located, term: tuple[date, date]) -> None:
    where = item.key_lines.get("deadlines", item.line)
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
