"""The Sdsi's part of a convention's folder: `sdsi.yaml`, its axes, programmes and the rows of its tables."""

from dataclasses import dataclass

from pydantic import Field

from actions.reference import ActionRecord, FicheActions, check_rows
from cog.models import Convention
from cog.reference.files import SMALL, Folder, Located, Record
from cog.reference.registry import Context
from cog.reference.sync import Change

FILE = "sdsi.yaml"


class AxisRecord(Record):
    number: int = Field(ge=1, le=SMALL)
    title: str = Field(min_length=1)
    seed_line: int = Field(ge=1)


class ProgrammeRecord(Record):
    number: int = Field(ge=1, le=SMALL)
    axis: int = Field(ge=1, le=SMALL)
    title: str
    projects: int | None = Field(default=None, ge=1, le=SMALL)
    seed_line: int = Field(ge=1)
    note: str | None = None


class ProjectRecord(ActionRecord):
    """A row of the tables: `objective` and `number` are not printed there, the project and its objectives are."""

    number: str = ""
    objective: str = ""
    programme: int = Field(ge=1, le=SMALL)
    section: str = Field(max_length=4)
    project: str = Field(min_length=1)
    objectives: str = Field(min_length=1)
    beyond_term: str = Field(default="", max_length=80)


class SdsiFileRecord(Record):
    fiche: int
    seed_line: int = Field(ge=1)
    axes: list[object] = Field(min_length=1)
    programmes: list[object] = Field(min_length=1)
    projects: list[object] = Field(min_length=1)


@dataclass(frozen=True)
class SdsiContent:
    """The plan: its axes, its programmes, and its rows in printed order under the fiche they belong to."""

    axes: list[AxisRecord]
    programmes: list[ProgrammeRecord]
    rows: FicheActions | None


NO_PLAN = SdsiContent([], [], None)


class SdsiPart:
    order = 21

    def parse(self, folder: Folder, context: Context) -> SdsiContent:
        """The plan of the folder; an empty one where it has none, or where the file cannot be read."""
        if not (folder.path / FILE).exists():
            return NO_PLAN
        top = folder.yaml(FILE)
        head = folder.check(Located(FILE, top.line, top, top.key_lines), SdsiFileRecord) if top else None
        if head is None:
            return NO_PLAN
        if head.fiche not in context.fiches:
            folder.problem(
                FILE, top.key_lines["fiche"], f"fiche = {head.fiche}", "le numéro d'une fiche de fiches.yaml"
            )
        axes = folder.check_all(folder.yaml_list(FILE, "axes"), AxisRecord)
        programmes = folder.check_all(folder.yaml_list(FILE, "programmes"), ProgrammeRecord)
        folder.unique(axes, "number")
        folder.unique(programmes, "number")
        items = folder.yaml_list(FILE, "projects")
        rows = folder.check_all(items, ProjectRecord)
        check_rows(folder, rows, items, context)
        _check_links(folder, {axis.number for axis, _ in axes}, programmes, rows)
        told = [_titled(row) for row, _ in rows]
        return SdsiContent(
            [axis for axis, _ in axes], [row for row, _ in programmes], FicheActions(head.fiche, list(told))
        )

    def save(self, convention: Convention, content: SdsiContent) -> list[Change]:
        from actions.operations.sdsi import save_sdsi

        return save_sdsi(convention=convention, content=content)


def _titled(row: ProjectRecord) -> ProjectRecord:
    """The row with its objective as the package gives it: the project as a heading, then what it aims at."""
    return row.model_copy(update={"objective": f"{row.project}\n{row.objectives}"})


def _check_links(
    folder: Folder,
    axes: set[int],
    programmes: list[tuple[ProgrammeRecord, Located]],
    rows: list[tuple[ProjectRecord, Located]],
) -> None:
    known = {programme.number for programme, _ in programmes}
    for programme, item in programmes:
        if programme.axis not in axes:
            folder.problem(
                item.file, item.key_lines.get("axis", item.line), f"axis = {programme.axis}", "le numéro d'un axe"
            )
        if not programme.title and not programme.note:
            folder.problem(
                item.file,
                item.key_lines.get("title", item.line),
                "un programme sans intitulé",
                "l'intitulé imprimé ; si le texte l'a perdu, le dire dans « note »",
            )
    for row, item in rows:
        if row.programme not in known:
            folder.problem(
                item.file,
                item.key_lines.get("programme", item.line),
                f"programme = {row.programme}",
                "le numéro d'un programme du fichier",
            )
