"""Loading the reference: what the documents owed are made of, as `documents.yaml` has it."""

from typing import TYPE_CHECKING

from cog.models import Convention
from cog.reference.sync import Change, sync
from reports.models import DocumentLayout

if TYPE_CHECKING:
    from reports.reference import DocumentsContent


def save_documents(*, convention: Convention, content: "DocumentsContent") -> list[Change]:
    """Bring the layouts in line with the file, inside the loader's transaction."""
    rows = [
        DocumentLayout(
            convention=convention,
            code=record.code,
            note=record.note,
            goes_with=record.goes_with,
            layout={"blocks": [block.model_dump(mode="json") for block in record.blocks]},
        )
        for record in content.documents
    ]
    if content.mission is not None:
        told = content.mission.model_dump(mode="json", exclude={"note"})
        rows.append(
            DocumentLayout(convention=convention, code=DocumentLayout.MISSION, note=content.mission.note, layout=told)
        )
    return [
        sync(
            DocumentLayout.objects.filter(convention=convention),
            rows,
            key=lambda row: row.code,
            fields=["note", "goes_with", "layout"],
        )
    ]
