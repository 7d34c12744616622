"""The file given to a control mission: charge, staff, simplifications and what was sent, as a zip of PDF and workbooks.

Source: l. 3750 (answers to the control bodies), 6307 (what the mission of 2015 appraises).
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from cog.models import Convention
from cog.periods import format_date
from reports.models import DocumentLayout
from reports.owed_content import Situation, build
from reports.owed_document import document_workbook


class NoMission(Exception):
    """No mission file can be made; the message says why."""


@dataclass(frozen=True)
class MissionFile:
    """The zip, and what it is called."""

    name: str
    data: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def mission_layout(*, convention: Convention) -> DocumentLayout | None:
    """What the convention's mission file is made of."""
    return DocumentLayout.objects.filter(convention=convention, code=DocumentLayout.MISSION).first()


def mission_content(*, convention: Convention, at: date, today: date) -> dict[str, Any]:
    """The file's content as things stand on a day. Raises NoMission."""
    layout = mission_layout(convention=convention)
    if layout is None:
        raise NoMission("la convention chargée ne dit pas de quoi se fait un dossier de mission (documents.yaml)")
    last = min(today, convention.end)
    if not convention.start <= at <= last:
        expected = f"un jour du {convention.start:%d/%m/%Y} au {last:%d/%m/%Y}"
        raise NoMission(f"trouvé la situation du {at:%d/%m/%Y}, attendu {expected}")
    situation = Situation(convention, at, None, at.year)
    sections = [
        {
            "title": section["title"],
            "name": section["name"],
            "blocks": [_told(section_spec, situation) for section_spec in section["blocks"]],
        }
        for section in layout.layout["sections"]
    ]
    return {
        "convention": {"code": convention.code, "title": convention.title},
        "title": layout.layout["title"],
        "seed_line": layout.layout["seed_line"],
        "note": layout.note,
        "at": at.isoformat(),
        "sections": sections,
        "simulated": any(block["simulated"] for section in sections for block in section["blocks"]),
    }


def _told(spec: dict[str, Any], situation: Situation) -> dict[str, Any]:
    """A block, with what it lacks said among its notes: nobody mends a file once it is given."""
    built = build(spec, situation)
    return {**built.block, "notes": [*built.block["notes"], *(one.sentence for one in built.missing)]}


def mission_file(*, convention: Convention, at: date, today: date) -> MissionFile:
    """The zip of a day: the same content gives the same bytes. Raises NoMission."""
    from reports.receipts import print_mission_file  # two seconds of import that only a printing process should pay

    content = mission_content(convention=convention, at=at, today=today)
    name = f"dossier-de-mission-{at.isoformat()}"
    files = {f"{name}.pdf": print_mission_file(content)}
    for section in content["sections"]:
        files[f"{section['name']}.xlsx"] = document_workbook(_as_document(content, section))
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {entry}\n" for entry, data in files.items())
    return MissionFile(f"{name}.zip", _zip({**files, "SHA256SUMS": sums.encode()}, at))


def _as_document(content: dict[str, Any], section: dict[str, Any]) -> dict[str, Any]:
    """A section in the shape of a document, which a workbook is made from."""
    return {
        **content,
        "title": f"{content['title']} : {section['title']}",
        "recipient": "Corps de contrôle",
        "period_label": f"situation au {format_date(date.fromisoformat(content['at']))}",
        "source": "Convention",
        "attachment": None,
        "blocks": section["blocks"],
        "simulated": any(block["simulated"] for block in section["blocks"]),
    }


def _zip(files: dict[str, bytes], day: date) -> bytes:
    """Entries dated of the day the file speaks of, never of the clock."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, data)
    return stream.getvalue()
