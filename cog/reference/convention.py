"""The ground floor's part of a convention's folder: the convention, its domains and fiches, the bodies of the branch,
the anomalies of the text, its acronyms, the State's commitments and the calendar of restitutions."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field

from cog.calendar import parse_obligations
from cog.enums import AnomalyTopic, ObligationFamily, OrganisationKind
from cog.reference.files import SMALL, Folder, Located, Record
from cog.reference.registry import Context

ORGANISATION_COLUMNS = [
    "code", "name", "kind", "departement", "departement_name", "region_2013", "region_code_2013", "region_2016",
    "is_dom", "in_network", "valid_from", "valid_to", "source", "note",
]  # fmt: skip

ACRONYMS = "acronyms.yaml"
FROM_THE_TEXT = "convention"
"""The source of an acronym that the text itself spells out."""


class SeedRecord(Record):
    """The signed text: the file it was transcribed to, and how many lines that has."""

    file: str = Field(min_length=1, max_length=120)
    lines: int = Field(ge=1, le=10_000_000)


class ConventionRecord(Record):
    code: str = Field(max_length=40, pattern=r"^[a-z0-9-]+$")
    title: str = Field(min_length=1)
    short_title: str = Field(min_length=1, max_length=120)
    branch: str = Field(min_length=1, max_length=120)
    start: date
    end: date
    signature_date: date | None = None
    signature_note: str = ""
    signatories: list[dict[str, Any]] = []
    parties: list[dict[str, Any]] = []
    seed: SeedRecord
    seed_line: int = Field(ge=1)
    title_line: int | None = Field(default=None, ge=1)


class DomainRecord(Record):
    number: int = Field(ge=1, le=SMALL)
    title: str = Field(min_length=1)
    seed_line: int = Field(ge=1)


class FicheRecord(Record):
    number: int = Field(ge=1, le=SMALL)
    title: str = Field(min_length=1)
    domain: int
    seed_line: int = Field(ge=1)
    indicators_line: int | None = Field(default=None, ge=1)
    actions_line: int | None = Field(default=None, ge=1)
    actions_elsewhere: bool = False


class OrganisationRecord(Record):
    code: str = Field(min_length=1, max_length=12)
    name: str = Field(min_length=1, max_length=120)
    kind: Literal[tuple(OrganisationKind.values)]
    departement: str = Field(default="", max_length=3)
    departement_name: str = Field(default="", max_length=60)
    region_2013: str = Field(default="", max_length=60)
    region_code_2013: str = Field(default="", max_length=3)
    region_2016: str = Field(default="", max_length=60)
    is_dom: bool
    in_network: bool
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    note: str = ""


class AnomalyRecord(Record):
    code: str = Field(min_length=1, max_length=40)
    place: str = Field(min_length=1, max_length=250)
    seed_line: int = Field(ge=1)
    topic: Literal[tuple(AnomalyTopic.values)]
    what: str = Field(min_length=1)
    reading: str = Field(min_length=1)


class AcronymRecord(Record):
    code: str = Field(min_length=1, max_length=20)
    words: str = Field(min_length=1, max_length=250)
    seed_line: int = Field(ge=1)
    source: str = Field(min_length=1, max_length=250)
    spelled_out: bool = True
    note: str = ""


class DeadlineRecord(Record):
    raw: str = Field(max_length=250)
    kind: Literal["date", "period", "year", "ongoing", "from", "unscheduled", "cross_reference"]
    start: date | None = None
    end: date | None = None


class CommitmentRecord(Record):
    code: str = Field(min_length=1, max_length=20)
    fiche: int | None
    ordinal: int = Field(ge=1, le=SMALL)
    wording: str = Field(min_length=1)
    quote: str = ""
    seed_line: int = Field(ge=1)
    deadline: DeadlineRecord | None = None


class ObligationRecord(Record):
    code: str = Field(min_length=1, max_length=60)
    family: Literal[tuple(ObligationFamily.values)]
    title: str = Field(min_length=1)
    recipient: str = Field(min_length=1, max_length=250)
    rule: dict[str, Any]
    seed_line: int = Field(ge=1)
    source: str = Field(default="", max_length=250)
    note: str = ""


@dataclass(frozen=True)
class ConventionContent:
    """The ground floor's records, checked."""

    convention: ConventionRecord
    domains: list[DomainRecord]
    fiches: list[FicheRecord]
    organisations: list[OrganisationRecord]
    anomalies: list[AnomalyRecord]
    acronyms: list[AcronymRecord]
    commitments: list[CommitmentRecord]
    obligations: list[ObligationRecord]

    @property
    def context(self) -> Context:
        return Context(
            start=self.convention.start,
            end=self.convention.end,
            fiches=frozenset(fiche.number for fiche in self.fiches),
            organisations=frozenset(organisation.code for organisation in self.organisations),
            fiches_with_actions=frozenset(
                fiche.number for fiche in self.fiches if fiche.actions_line and not fiche.actions_elsewhere
            ),
            fiches_with_indicators=frozenset(fiche.number for fiche in self.fiches if fiche.indicators_line),
        )


def parse_convention(folder: Folder) -> ConventionContent | None:
    """Read and check the ground floor's files; None when a record that other files refer to is wrong."""
    top = folder.yaml("convention.yaml")
    if not top:
        return None
    convention = folder.check(Located("convention.yaml", top.line, top, top.key_lines), ConventionRecord)
    if convention is not None:
        folder.seed_lines = convention.seed.lines
        # Once more, for the convention's own lines.
        convention = folder.check(Located("convention.yaml", top.line, top, top.key_lines), ConventionRecord)
    folder.only("fiches.yaml", "domains", "fiches")
    folder.only("commitments.yaml", "commitments")
    folder.only("calendar.yaml", "obligations")
    raw_domains = folder.yaml_list("fiches.yaml", "domains")
    raw_fiches = folder.yaml_list("fiches.yaml", "fiches")
    raw_organisations = folder.csv("organisations.csv", ORGANISATION_COLUMNS)
    domains = folder.check_all(raw_domains, DomainRecord)
    fiches = folder.check_all(raw_fiches, FicheRecord)
    organisations = folder.check_all(raw_organisations, OrganisationRecord)
    anomalies = []
    for name in folder.names("anomalies/*.yaml"):
        folder.only(name, "anomalies")
        anomalies += folder.check_all(folder.yaml_list(name, "anomalies"), AnomalyRecord)
    acronyms = _acronyms(folder)
    commitments = folder.check_all(folder.yaml_list("commitments.yaml", "commitments"), CommitmentRecord)
    obligations = folder.check_all(folder.yaml_list("calendar.yaml", "obligations"), ObligationRecord)
    for items, key in (
        (domains, "number"), (fiches, "number"), (organisations, "code"), (anomalies, "code"), (acronyms, "code"),
        (commitments, "code"), (obligations, "code"),
    ):  # fmt: skip
        folder.unique(items, key)
    # One wrong record is said once: what refers to it is checked when it is mended.
    fiches_read = bool(fiches) and len(fiches) == len(raw_fiches)
    if fiches_read and domains and len(domains) == len(raw_domains):
        _check_fiches(folder, fiches, domains)
    if fiches_read:
        _check_commitments(folder, commitments, {fiche.number for fiche, _ in fiches})
    _check_organisations(folder, organisations)
    _check_obligations(folder, obligations)
    if convention is None:
        return None
    if convention.end <= convention.start:
        folder.problem(
            "convention.yaml",
            top.key_lines.get("end"),
            f"end = {convention.end}",
            f"une date après start ({convention.start})",
        )
    if not fiches_read or not organisations or len(organisations) != len(raw_organisations):
        return None
    return ConventionContent(
        convention,
        [row for row, _ in domains],
        [row for row, _ in fiches],
        [row for row, _ in organisations],
        [row for row, _ in anomalies],
        [row for row, _ in acronyms],
        [row for row, _ in commitments],
        [row for row, _ in obligations],
    )


def _acronyms(folder: Folder) -> list[tuple[AcronymRecord, Located]]:
    """The acronyms of the text; none where the folder has no such file."""
    if not (folder.path / ACRONYMS).exists():
        return []
    folder.only(ACRONYMS, "acronyms")
    acronyms = folder.check_all(folder.yaml_list(ACRONYMS, "acronyms"), AcronymRecord)
    for acronym, item in acronyms:
        if acronym.spelled_out != (acronym.source == FROM_THE_TEXT):
            folder.problem(
                item.file,
                item.key_lines.get("source"),
                f"source = « {acronym.source} » ({acronym.code}, spelled_out: {str(acronym.spelled_out).lower()})",
                f"« {FROM_THE_TEXT} » quand le texte donne les mots, sinon une autre source et spelled_out: false",
            )
    return acronyms


def _check_fiches(
    folder: Folder, fiches: list[tuple[FicheRecord, Located]], domains: list[tuple[DomainRecord, Located]]
) -> None:
    known = {domain.number for domain, _ in domains}
    for position, (fiche, item) in enumerate(fiches, start=1):
        if fiche.domain not in known:
            folder.problem(
                item.file,
                item.key_lines.get("domain"),
                f"domain = {fiche.domain}",
                f"un numéro de domaine connu ({_listed(known)})",
            )
        if fiche.number != position:
            folder.problem(
                item.file,
                item.line,
                f"la fiche {fiche.number} au rang {position}",
                f"la fiche {position} : les fiches se suivent sans trou",
            )
    used = {fiche.domain for fiche, _ in fiches}
    for domain, item in domains:
        if domain.number not in used:
            folder.problem(
                item.file,
                item.line,
                f"le domaine {domain.number}, sans fiche",
                "au moins une fiche dans chaque domaine",
            )


def _check_organisations(folder: Folder, organisations: list[tuple[OrganisationRecord, Located]]) -> None:
    for organisation, item in organisations:
        if organisation.valid_from and organisation.valid_to and organisation.valid_to < organisation.valid_from:
            folder.problem(
                item.file,
                item.line,
                f"valid_to = {organisation.valid_to} ({organisation.code})",
                f"une date après valid_from ({organisation.valid_from})",
            )


def _check_commitments(folder: Folder, commitments: list[tuple[CommitmentRecord, Located]], fiches: set[int]) -> None:
    for commitment, item in commitments:
        if commitment.fiche is not None and commitment.fiche not in fiches:
            folder.problem(
                item.file,
                item.key_lines.get("fiche"),
                f"fiche = {commitment.fiche}",
                "un numéro de fiche connu",
            )
        deadline = commitment.deadline
        if deadline and deadline.start and deadline.end and deadline.end < deadline.start:
            folder.problem(
                item.file,
                item.key_lines.get("deadline"),
                f"du {deadline.start} au {deadline.end}",
                "une fin après le début",
            )


def _check_obligations(folder: Folder, obligations: list[tuple[ObligationRecord, Located]]) -> None:
    for obligation, item in obligations:
        _, problems = parse_obligations([obligation.model_dump()])
        for problem in problems:
            folder.problem(item.file, item.line, str(problem), "une règle de date lisible (voir l'en-tête du fichier)")


def _listed(numbers: set[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))
