"""The open data: the package of what an account may read, and what anyone may once a bilan is published."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cog.downloads import CSV, XLSX
from cog.models import Convention
from cog.permissions import Permission, account, requires
from cog.views import convention_or_404
from reports import package_queries as queries
from reports.enums import DataForm
from reports.models import DataPackage
from reports.opendata import DESCRIPTOR
from reports.operations import request_package


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_REFERENCE)
def open_data(request: HttpRequest) -> HttpResponse:
    """What the package holds, the last one prepared, and the gesture that asks for a new one."""
    convention, by = convention_or_404(), account(request)
    if request.method == "POST":
        is_workbook = request.POST.get("forme") == DataForm.WORKBOOK
        names = queries.sheets_open_to(by) if is_workbook else queries.files_open_to(by)
        if not names:
            raise Http404("Ce compte ne lit pas tous les résultats : leur classeur n'est pas pour lui.")
        form = DataForm.WORKBOOK if is_workbook else DataForm.PACKAGE
        request_package(convention=convention, names=names, by=by, at=timezone.now(), form=form)
        told = "Le classeur est demandé" if is_workbook else "Le paquet est demandé"
        messages.success(request, f"{told} : suivre sa préparation ci-dessous.")
        return redirect("open-data")
    page = queries.package_page(convention=convention, user=by)
    public = queries.public_packages(convention=convention)
    return render(request, "reports/data/open_data.html", {"page": page, "public": public})


@require_safe
@requires(Permission.READ_REFERENCE)
def open_data_zip(request: HttpRequest) -> HttpResponseBase:
    convention = convention_or_404()
    return _zip(_ready_or_404(request, convention), convention.code)


@require_safe
@requires(Permission.READ_REFERENCE)
def open_data_file(request: HttpRequest, name: str) -> HttpResponseBase:
    return _member(_ready_or_404(request, convention_or_404()), name)


@require_safe
@requires(Permission.READ_RESULTS)
def open_data_workbook(request: HttpRequest) -> HttpResponseBase:
    convention = convention_or_404()
    names = queries.sheets_open_to(account(request))
    found = queries.prepared(convention=convention, names=names, form=DataForm.WORKBOOK).ready if names else None
    if found is None:
        raise Http404("Aucun classeur n'est prêt : le demander depuis la page Données ouvertes.")
    name = f"resultats-{convention.code}.xlsx"
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=name, content_type=XLSX)


def _ready_or_404(request: HttpRequest, convention: Convention) -> DataPackage:
    names = queries.files_open_to(account(request))
    found = queries.prepared(convention=convention, names=names, form=DataForm.PACKAGE).ready
    if found is None:
        raise Http404("Aucun paquet n'est prêt : le demander depuis la page Données ouvertes.")
    return found


@login_not_required
@require_safe
def public_data(request: HttpRequest) -> HttpResponse:
    """The published years."""
    convention = convention_or_404()
    context = {"packages": queries.public_packages(convention=convention), "term": convention}
    return render(request, "reports/data/public.html", context)


@login_not_required
@require_safe
def public_year(request: HttpRequest, year: int) -> HttpResponse:
    """What the package of a published year holds, file by file."""
    package = _public_or_404(year)
    context = {"package": package, "lines": queries.public_lines(package), "descriptor": DESCRIPTOR}
    return render(request, "reports/data/public_year.html", context)


@login_not_required
@require_safe
def public_zip(request: HttpRequest, year: int) -> HttpResponseBase:
    package = _public_or_404(year)
    return _zip(package, f"{package.convention.code}-{year}")


@login_not_required
@require_safe
def public_file(request: HttpRequest, year: int, name: str) -> HttpResponseBase:
    return _member(_public_or_404(year), name)


def _public_or_404(year: int) -> DataPackage:
    found = queries.public_package_of(convention=convention_or_404(), year=year)
    if found is None:
        raise Http404(f"Aucune donnée n'est publiée pour {year}.")
    return found


def _zip(package: DataPackage, name: str) -> FileResponse:
    stream = package.file.open("rb")
    return FileResponse(stream, as_attachment=True, filename=f"donnees-{name}.zip", content_type="application/zip")


def _member(package: DataPackage, name: str) -> StreamingHttpResponse:
    if not queries.holds(package, name):
        raise Http404(f"Ce paquet n'a pas de fichier « {name} ».")
    kind = CSV if name.endswith(".csv") else "application/json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(queries.read_member(package, name), content_type=kind, headers=headers)
