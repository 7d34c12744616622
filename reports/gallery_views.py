"""The gallery of the components, for whoever dresses the site again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cog.permissions import Permission, requires
from reports.gallery import COMPONENTS


@require_safe
@requires(Permission.READ_REFERENCE)
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "reports/gallery.html", {"components": COMPONENTS})
