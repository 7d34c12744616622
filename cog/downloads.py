"""Files handed out by pages: as something to keep, under a name of ours; and drawings, to be asked for again."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv; charset=utf-8"
SVG = "image/svg+xml"


def attachment(data: bytes, kind: str, name: str) -> HttpResponse:
    """A file of this type, under this whole name."""
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def workbook(data: bytes, name: str) -> HttpResponse:
    """A workbook; `name` without its extension."""
    return attachment(data, XLSX, f"{name}.xlsx")


def drawing(request: HttpRequest, svg: str) -> HttpResponse:
    """A drawing under its own address: a browser keeps it, asks whether it changed, and is told so in one line."""
    data = svg.encode()
    etag = quote_etag(hashlib.sha256(data).hexdigest())
    response = HttpResponse(data, content_type=SVG, headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    answer: HttpResponse = get_conditional_response(request, etag=etag, response=response)
    return answer
