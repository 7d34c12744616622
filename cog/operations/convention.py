"""Loading a convention: its folder checked whole, then the database brought in line with it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, transaction

from cog import audit
from cog.calendar import occurrences, parse_obligations
from cog.models import (
    Acronym,
    Convention,
    Domain,
    Fiche,
    Obligation,
    Organisation,
    Restitution,
    SourceAnomaly,
    StateCommitment,
    User,
)
from cog.reference.convention import ConventionContent, parse_convention
from cog.reference.files import Folder, Problem, ReferenceRefused
from cog.reference.registry import parts
from cog.reference.sync import Change, remove, sync


@dataclass(frozen=True)
class Loaded:
    """What a load changed, table by table."""

    convention: str
    changes: list[Change]

    @property
    def any(self) -> bool:
        return any(change.any for change in self.changes)


class _DryRun(Exception):
    """Carries the result out of a transaction that is rolled back on purpose."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded


def load_convention(*, path: Path, by: User, at: datetime, dry_run: bool = False) -> Loaded:
    """Check a convention's folder whole, then bring the database in line with it, in one transaction.

    Loading the same folder twice changes nothing; another convention's folder loads beside this one. With `dry_run` the
    changes are counted and rolled back. Raises ReferenceRefused with every problem of every file.
    """
    if not path.is_dir():
        raise ReferenceRefused(
            [Problem(str(path), None, "aucun dossier", "le dossier des fichiers de référence d'une convention")]
        )
    folder = Folder(path)
    ground = parse_convention(folder)
    contents: list[tuple[Any, Any]] = []
    if ground is not None:
        contents = [(part, part.parse(folder, ground.context)) for part in parts()]
    if folder.problems or ground is None:
        raise ReferenceRefused(folder.problems)
    try:
        with transaction.atomic():
            convention, changes = _save_ground(ground)
            for part, content in contents:
                changes += part.save(convention, content)
            remove(changes)
            loaded = Loaded(convention.code, changes)
            if dry_run:
                raise _DryRun(loaded)
            if loaded.any:
                audit.record(
                    action="convention.loaded",
                    subject=convention.code,
                    by=by,
                    at=at,
                    details={
                        change.name: [change.created, change.updated, change.removed]
                        for change in changes
                        if change.any
                    },
                )
    except _DryRun as stop:
        return stop.loaded
    except (IntegrityError, DataError) as error:  # a last guard: what neither the parts nor `sync` foresaw
        raise ReferenceRefused(
            [
                Problem(
                    str(path),
                    None,
                    f"un enregistrement que la base refuse ({error})",
                    "des enregistrements distincts, aux valeurs admises",
                )
            ]
        ) from error
    return loaded


def _save_ground(content: ConventionContent) -> tuple[Convention, list[Change]]:
    record = content.convention
    convention = Convention(
        code=record.code,
        title=record.title,
        short_title=record.short_title,
        branch=record.branch,
        start=record.start,
        end=record.end,
        signature_date=record.signature_date,
        signature_note=record.signature_note,
        signatories=record.signatories,
        seed_file=record.seed.file,
    )
    changes = [
        sync(
            Convention.objects.filter(code=record.code),
            [convention],
            key=lambda row: row.code,
            fields=[
                "title",
                "short_title",
                "branch",
                "start",
                "end",
                "signature_date",
                "signature_note",
                "signatories",
                "seed_file",
            ],
        )
    ]
    domains = {row.number: Domain(convention=convention, **row.model_dump()) for row in content.domains}
    changes.append(
        sync(
            Domain.objects.filter(convention=convention),
            domains.values(),
            key=lambda row: row.number,
            fields=["title", "seed_line"],
        )
    )
    fiches = {
        row.number: Fiche(
            convention=convention,
            domain=domains[row.domain],
            number=row.number,
            title=row.title,
            seed_line=row.seed_line,
        )
        for row in content.fiches
    }
    changes.append(
        sync(
            Fiche.objects.filter(convention=convention),
            fiches.values(),
            key=lambda row: row.number,
            fields=["domain", "title", "seed_line"],
        )
    )
    changes.append(_save_organisations(convention, content))
    changes.append(
        sync(
            SourceAnomaly.objects.filter(convention=convention),
            [SourceAnomaly(convention=convention, **row.model_dump()) for row in content.anomalies],
            key=lambda row: row.code,
            fields=["place", "seed_line", "topic", "what", "reading"],
        )
    )
    changes.append(
        sync(
            Acronym.objects.filter(convention=convention),
            [Acronym(convention=convention, **row.model_dump()) for row in content.acronyms],
            key=lambda row: row.code,
            fields=["words", "seed_line", "source", "spelled_out", "note"],
        )
    )
    changes.append(_save_commitments(convention, fiches, content))
    changes += _save_calendar(convention, content)
    return convention, changes


def _save_organisations(convention: Convention, content: ConventionContent) -> Change:
    return sync(
        Organisation.objects.filter(convention=convention),
        [Organisation(convention=convention, **row.model_dump()) for row in content.organisations],
        key=lambda row: row.code,
        fields=[
            "name", "kind", "departement", "departement_name", "region_2013", "region_code_2013", "region_2016",
            "is_dom", "in_network", "valid_from", "valid_to", "source", "note",
        ],
    )  # fmt: skip


def _save_commitments(convention: Convention, fiches: dict[int, Fiche], content: ConventionContent) -> Change:
    rows = []
    for record in content.commitments:
        deadline = record.deadline
        rows.append(
            StateCommitment(
                convention=convention,
                fiche=fiches[record.fiche] if record.fiche is not None else None,
                code=record.code,
                ordinal=record.ordinal,
                wording=record.wording,
                quote=record.quote,
                seed_line=record.seed_line,
                deadline_raw=deadline.raw if deadline else "",
                deadline_kind=deadline.kind if deadline else "",
                deadline_start=deadline.start if deadline else None,
                deadline_end=deadline.end if deadline else None,
            )
        )
    return sync(
        StateCommitment.objects.filter(convention=convention),
        rows,
        key=lambda row: row.code,
        fields=[
            "fiche",
            "ordinal",
            "wording",
            "quote",
            "seed_line",
            "deadline_raw",
            "deadline_kind",
            "deadline_start",
            "deadline_end",
        ],
    )


def _save_calendar(convention: Convention, content: ConventionContent) -> list[Change]:
    records = [row.model_dump(mode="json") for row in content.obligations]
    obligations = {row["code"]: Obligation(convention=convention, **row) for row in records}
    changes = [
        sync(
            Obligation.objects.filter(convention=convention),
            obligations.values(),
            key=lambda row: row.code,
            fields=["family", "title", "recipient", "rule", "seed_line", "source", "note"],
        )
    ]
    rules, _ = parse_obligations([row.model_dump() for row in content.obligations])
    dates = occurrences(rules, signature=content.convention.signature_date)
    changes.append(
        sync(
            Restitution.objects.filter(obligation__convention=convention),
            [Restitution(obligation=obligations[each.code], covers=each.covers or "", due=each.due) for each in dates],
            key=lambda row: (row.obligation_id, row.covers, row.due),
            fields=[],
        )
    )
    return changes
