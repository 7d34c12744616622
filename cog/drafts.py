"""What was typed is not lost when the session ended meanwhile: kept aside, given back once logged in.

The refused form goes into the new session of the same browser (never to another one), with the page it was on. After
the login that page comes back with its fields filled. Nothing is recorded until the person sends it. Files and
passwords are never kept; one draft by page, a few pages, and it is dropped at the first sending that arrives.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme

from cog.form_filling import UNTOUCHED, filled

KEY = "brouillons"
BLANK = "vierge"
MOST_PAGES = 3
MOST_TYPED = 200_000
_FORM = ("application/x-www-form-urlencoded", "multipart/form-data")


class LoginRequired(LoginRequiredMiddleware):
    """Sends to the login page as Django does, with what was typed kept aside."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        if request.method != "POST" or request.content_type not in _FORM:
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(_keep(request), self.get_login_url(view_func), self.get_redirect_field_name(view_func))


class GivenBack:
    """Gives the page asked for its draft, if it has one; drops it once its form is sent again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        drafts = request.session.get(KEY)
        if not drafts:
            return self._get_response(request)
        return self._sent(request, drafts) if request.method == "POST" else self._asked(request, drafts)

    def _asked(self, request: HttpRequest, drafts: dict[str, Any]) -> HttpResponse:
        draft = drafts.get(request.get_full_path()) if request.user.is_authenticated else None
        if draft is None or request.method != "GET" or BLANK in request.GET:
            return self._get_response(request)
        mark = "&" if "?" in request.get_full_path() else "?"
        messages.info(
            request,
            format_html(
                "La session avait pris fin avant l'envoi : rien n'a été enregistré, mais la saisie est revenue dans le "
                'formulaire. La relire, {}puis l\'envoyer. <a href="{}">Repartir du formulaire vierge</a>',
                "choisir de nouveau les fichiers, " if draft["files"] else "",
                f"{request.get_full_path()}{mark}{BLANK}=1",
            ),
        )
        response = self._get_response(request)
        if response.status_code == 200 and response.get("Content-Type", "").startswith("text/html"):
            here = request.path
            page = filled(
                response.content.decode(),
                fields=[tuple(pair) for pair in draft["fields"]],
                sends_to=lambda action: (urlsplit(action).path or here) == draft["sent_to"],
            )
            response.content = page.encode()
        return response

    def _sent(self, request: HttpRequest, drafts: dict[str, Any]) -> HttpResponse:
        """The form arrives: from here on its own page shows what is wrong with it."""
        response = self._get_response(request)
        if request.user.is_authenticated:
            kept = {page: one for page, one in drafts.items() if one["sent_to"] != request.path}
            if len(kept) < len(drafts) and KEY in request.session:
                request.session[KEY] = kept
        return response


def _keep(request: HttpRequest) -> str:
    """Keep what was typed with the page it was on; returns that page's address."""
    page = _page_of(request)
    fields = [
        [name, value]
        for name, values in request.POST.lists()
        if name not in UNTOUCHED and "password" not in name
        for value in values
    ]
    if sum(len(name) + len(value) for name, value in fields) <= MOST_TYPED:
        held = {name: draft for name, draft in request.session.get(KEY, {}).items() if name != page}
        held = dict(list(held.items())[1 - MOST_PAGES :])
        request.session[KEY] = held | {page: {"sent_to": request.path, "fields": fields, "files": bool(request.FILES)}}
    return page


def _page_of(request: HttpRequest) -> str:
    """The address of the page the form was on: the one the browser names, when it is ours, else the form's own."""
    told = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(told, allowed_hosts={request.get_host()}):
        return request.get_full_path()
    parts = urlsplit(told)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
