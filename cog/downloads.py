"""Files handed out by pages: always as something to keep, under a name of ours."""

from django.http import HttpResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def attachment(data: bytes, kind: str, name: str) -> HttpResponse:
    """A file of this type, under this whole name."""
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def workbook(data: bytes, name: str) -> HttpResponse:
    """A workbook; `name` without its extension."""
    return attachment(data, XLSX, f"{name}.xlsx")
