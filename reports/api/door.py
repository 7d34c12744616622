"""The way in: who asks, how often, in which words; and the way out: what has not changed is not sent again."""

import logging
import re
from collections.abc import Callable, Collection
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page

from cog.enums import Role
from cog.permissions import Permission, account, can, narrow
from reports.api.problems import LONGEST_FOUND, Fault, problem, unreadable
from reports.models import AccessToken
from reports.tasks import note_token_use
from reports.token_queries import token_or_none

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]

MINUTE = 60
DAY = 24 * 3600
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""Characters no value of ours holds, and that a database refuses."""


def door(view: View, permission: Permission, parameters: Collection[str]) -> View:
    """A view of the API behind its door. `parameters`: what its address may say.

    No session is asked (`by_token` tells the test of the rights why): a token, else the session of the documentation
    page. GET only, so no form to protect from forgery.
    """

    @conditional_page
    def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = _stopped(request, permission, parameters, kwargs) or view(request, **kwargs)
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response

    @wraps(view)
    def passed(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """HEAD is answered as GET is; the server leaves the body out."""
        method = request.method
        if method == "HEAD":
            request.method = "GET"
        try:
            return answered(request, **kwargs)
        finally:
            request.method = method

    opened: Any = csrf_exempt(login_not_required(passed))
    opened.permission, opened.by_token = permission, True
    return opened  # type: ignore[no-any-return]  # a function that carries its permission


def _stopped(
    request: HttpRequest, permission: Permission, parameters: Collection[str], kwargs: dict[str, Any]
) -> HttpResponse | None:
    """Why a request goes no further; None when it may."""
    refused = _identified(request)
    if refused is not None:
        return refused
    if request.method != "GET":
        detail = f"Trouvé {request.method}, attendu GET ou HEAD : l'API ne fait que lire."
        return problem(request, HTTPStatus.METHOD_NOT_ALLOWED, detail, headers={"Allow": "GET, HEAD"})
    return _too_often(request) or _closed(request, permission) or _misspelt(request, parameters, kwargs)


def _closed(request: HttpRequest, permission: Permission) -> HttpResponse | None:
    """As on the pages, nothing is said of what an account may not read."""
    if can(request.user, permission):
        return None
    return problem(request, HTTPStatus.FORBIDDEN, f"Votre compte ne permet pas de {permission.value}.")


# --- Who ------------------------------------------------------------------------------------------------------------


def _identified(request: HttpRequest) -> HttpResponse | None:
    """Put the account in the request: that of the token, else that of the session."""
    header = request.headers.get("Authorization", "")
    if not header:
        return None if request.user.is_authenticated else _unknown(request, "trouvé aucun jeton ni session")
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return _unknown(request, f"trouvé « {scheme[:LONGEST_FOUND]} »")
    today = timezone.localdate()
    token = token_or_none(secret=secret.strip(), on=today)
    if token is None:
        return _unknown(request, "trouvé un jeton inconnu, révoqué, périmé, ou d'un compte désactivé")
    request.user = token.opened_by
    if token.role:
        narrow(token.opened_by, Role(token.role))
    _tell_use(token)
    return None


def _unknown(request: HttpRequest, found: str) -> HttpResponse:
    detail = (
        f"En-tête Authorization : {found}, attendu « Bearer JETON ». Les jetons s'ouvrent à l'adresse /api/jetons/."
    )
    headers = {"WWW-Authenticate": 'Bearer realm="suivi de la Cog"'}
    return problem(request, HTTPStatus.UNAUTHORIZED, detail, headers=headers)


def _tell_use(token: AccessToken) -> None:
    """Have a worker note the day, once a day: reading writes nothing, and waits for nobody."""
    today = timezone.localdate()
    if token.last_used_on == today:
        return
    try:
        if cache.add(f"jeton-{token.pk}-{today}", 1, DAY):
            note_token_use.apply_async(args=[token.pk, today.isoformat()], retry=False)
    except Exception:  # whatever the cache or the broker raises, the reading goes on
        logger.warning("usage du jeton %s non noté", token.pk, exc_info=True)


# --- How often ------------------------------------------------------------------------------------------------------


def _too_often(request: HttpRequest) -> HttpResponse | None:
    """An account reads so many times a minute, whatever the number of its tokens and of our processes."""
    most = settings.API_RATE
    now = timezone.now()
    key = f"api-{account(request).pk}-{now:%Y%m%d%H%M}"
    try:
        cache.add(key, 0, 2 * MINUTE)
        count = cache.incr(key)
    except Exception:  # whatever the cache raises: a reader is not turned away because we cannot count
        logger.warning("lectures de l'API non comptées", exc_info=True)
        return None
    if not most or count <= most:
        return None
    wait = MINUTE - now.second
    detail = f"Trouvé plus de {most} lectures en une minute, attendu {most} au plus : reprendre dans {wait} s."
    return problem(request, HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(wait)})


# --- In which words -------------------------------------------------------------------------------------------------


def _misspelt(request: HttpRequest, parameters: Collection[str], kwargs: dict[str, Any]) -> HttpResponse | None:
    """Refuse a parameter nobody knows rather than answer something else than what was meant."""
    known = ", ".join(sorted(parameters)) or "aucun paramètre"
    faults = [
        Fault(parameter=name[:LONGEST_FOUND], found="un paramètre inconnu", expected=known)
        for name in request.GET
        if name not in parameters
    ]
    said = {**kwargs, **request.GET.dict()}
    faults += [
        Fault(parameter=name[:LONGEST_FOUND], found="un caractère de commande", expected="un texte lisible")
        for name, value in said.items()
        if _CONTROL.search(str(value))
    ]
    return unreadable(request, faults) if faults else None
