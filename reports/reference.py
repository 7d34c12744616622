"""What the documents owed are made of: `documents.yaml`, checked against the other files of the folder."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from cog.models import Convention
from cog.reference.files import Folder, Located, Mapping, Record
from cog.reference.registry import Context
from cog.reference.sync import Change

FILE = "documents.yaml"

NEEDS = {
    "indicators": "codes",
    "measures": "measures",
    "actions": "fiches",
    "commitments": "fiches",
    "sdsi_synthesis": "",
    "statements": "codes",
    "budget": "fund",
    "split": "fund",
    "carried": "fund",
    "transmissions": "",
    "absent": "items",
}
"""Kinds of blocks, and the field each cannot do without."""


class MeasureRule(Record):
    """A measure and how its periods add up: a flow is summed, a stock has its last."""

    code: str
    over: Literal["sum", "last"]


class BlockRecord(Record):
    """A part of a document; which fields count depends on its kind (`NEEDS`)."""

    kind: Literal[tuple(NEEDS)]  # type: ignore[valid-type]
    title: str = Field(min_length=1)
    codes: list[str] = []
    fiches: list[int] = []
    plan: Literal["", "sdsi"] = ""
    fund: str = ""
    measures: list[MeasureRule] = []
    items: list[str] = []
    before: int = Field(default=0, ge=-1, le=0)


class DocumentRecord(Record):
    code: str = Field(min_length=1, max_length=60)
    note: str = ""
    goes_with: str = Field(default="", max_length=60)
    blocks: list[BlockRecord] = []


class SectionRecord(Record):
    title: str = Field(min_length=1)
    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    blocks: list[BlockRecord] = Field(min_length=1)


class MissionRecord(Record):
    title: str = Field(min_length=1)
    seed_line: int = Field(ge=1)
    note: str = ""
    sections: list[SectionRecord] = Field(min_length=1)


@dataclass(frozen=True)
class DocumentsContent:
    """The checked records; a convention may have none."""

    documents: list[DocumentRecord] = field(default_factory=list)
    mission: MissionRecord | None = None


@dataclass(frozen=True)
class _Known:
    """What blocks may name, file by file; an empty set was not read, and is told elsewhere."""

    indicators: set[str]
    measures: set[str]
    statements: set[str]
    funds: set[str]
    fiches: frozenset[int]


class DocumentsPart:
    """The reports' share of a convention's folder, read last: it names what the others hold."""

    order = 90

    def parse(self, folder: Folder, context: Context) -> DocumentsContent:
        if not (folder.path / FILE).exists():
            return DocumentsContent()
        folder.only(FILE, "documents", "mission")
        known = _known(folder, context)
        documents = folder.check_all(folder.yaml_list(FILE, "documents"), DocumentRecord)
        folder.unique(documents, "code")
        obligations = set(_codes(folder, "calendar.yaml", "obligations"))
        for record, item in documents:
            for name in filter(None, (record.code, record.goes_with)):
                if name not in obligations:
                    folder.problem(FILE, item.line, f"l’obligation « {name} »", "un code de calendar.yaml")
            if record.goes_with and record.blocks:
                folder.problem(FILE, item.line, f"{record.code} : goes_with et des blocs", "l’un ou l’autre")
            _check_blocks(folder, record.blocks, item.values.get("blocks", []), known)
        return DocumentsContent([record for record, _ in documents], _mission(folder, known))

    def save(self, convention: Convention, content: DocumentsContent) -> list[Change]:
        from reports.operations.reference import save_documents

        return save_documents(convention=convention, content=content)


def _mission(folder: Folder, known: _Known) -> MissionRecord | None:
    raw = folder.yaml(FILE).get("mission")
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        folder.problem(FILE, folder.yaml(FILE).key_lines["mission"], "autre chose que des clés", "title, sections…")
        return None
    mission = folder.check(Located(FILE, raw.line, raw, raw.key_lines), MissionRecord)
    if mission is not None:
        for section, written in zip(mission.sections, raw["sections"], strict=True):
            _check_blocks(folder, section.blocks, written["blocks"], known)
        names = [section.name for section in mission.sections]
        if len(set(names)) < len(names):
            folder.problem(FILE, raw.line, "deux sections du même nom", "un nom par section")
    return mission


def _known(folder: Folder, context: Context) -> _Known:
    sheets = _names(folder, "indicators/*.yaml")
    return _Known(
        indicators={code for name in sheets for code in _codes(folder, name, "indicators")},
        measures=_measures(folder),
        statements=set(_codes(folder, "budgets/statements.yaml", "statements")),
        funds=set(_codes(folder, "budgets/funds.yaml", "funds")),
        fiches=context.fiches,
    )


def _names(folder: Folder, pattern: str) -> list[str]:
    return sorted(str(path.relative_to(folder.path)) for path in folder.path.glob(pattern))


def _codes(folder: Folder, name: str, key: str) -> Iterator[str]:
    """The codes of the records of another part's file, as it is; what is wrong in it is that part's to tell."""
    items = folder.yaml(name).get(key) if (folder.path / name).exists() else None
    for item in items if isinstance(items, list) else []:
        if isinstance(item, Mapping) and isinstance(item.get("code"), str):
            yield item["code"]


def _measures(folder: Folder) -> set[str]:
    path = folder.path / "measures.csv"
    if not path.exists():
        return set()
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    return {line.split(",", 1)[0] for line in lines[1:]}


def _check_blocks(folder: Folder, blocks: list[BlockRecord], written: list[Any], known: _Known) -> None:
    for block, raw in zip(blocks, written, strict=True):
        need = NEEDS[block.kind]
        if need and not getattr(block, need) and not (block.kind == "actions" and block.plan):
            folder.problem(FILE, raw.line, f"un bloc {block.kind} sans « {need} »", f"« {need} »")
        for what, found, names in _named(block, known):
            for name in found:
                if names and name not in names:
                    folder.problem(FILE, raw.line, f"{what} « {name} », inconnu", "un code du dossier de la convention")


def _named(block: BlockRecord, known: _Known) -> Iterator[tuple[str, list[Any], set[Any] | frozenset[Any]]]:
    """(what, names a block gives, names there are)."""
    if block.kind == "indicators":
        yield "indicateur", block.codes, known.indicators
    if block.kind == "statements":
        yield "tableau", block.codes, known.statements
    yield "donnée", [rule.code for rule in block.measures], known.measures
    yield "fiche", block.fiches, known.fiches
    yield "fonds", [block.fund] if block.fund else [], known.funds
