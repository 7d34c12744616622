"""The matrix of rights: every address names its permission, and the written page tells today's matrix."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cog.enums import Role
from cog.permissions import ROLES, Permission, Scope
from reports.api.site import PERMISSIONS

PUBLIC = {"login", "feed"}  # a calendar has no session: its secret address is the key
PUBLIC |= {"public-data", "public-data-year", "public-data-zip", "public-data-file"}  # of a published bilan
PUBLIC |= {"appearance", "accessibility"}  # light or dark: a cookie of this computer; a declaration
PUBLIC |= {"live", "ready"}  # one word each, for machines
PUBLIC |= {"account_login", "account_signup", "account_inactive", "mfa_authenticate", "invitation"}  # the way in
PUBLIC |= {"account_reset_password", "account_reset_password_done", "account_reset_password_from_key"}
PUBLIC |= {"account_reset_password_from_key_done", "identity-start", "identity-callback"}
PUBLIC |= {"socialaccount_login_cancelled"}
ANY_ACCOUNT = {"logout", "my-account", "account_reauthenticate", "account_change_password", "account_set_password"}
ANY_ACCOUNT |= {"end-my-session", "end-my-other-sessions", "tie-identity", "untie-identity"}
ANY_ACCOUNT |= {"socialaccount_connections"}
ANY_ACCOUNT |= {f"mfa_{what}" for what in ("index", "reauthenticate", "activate_totp", "deactivate_totp")}
ANY_ACCOUNT |= {f"mfa_{what}_recovery_codes" for what in ("view", "generate", "download")}
RIGHTS_PAGE = Path(__file__).parents[2] / "docs" / "rights.md"


def _patterns(resolver: URLResolver) -> list[URLPattern]:
    found: list[URLPattern] = []
    for entry in resolver.url_patterns:
        found += _patterns(entry) if isinstance(entry, URLResolver) else [entry]
    return found


PATTERNS = _patterns(get_resolver())


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(pattern.name))
def test_every_address_names_its_permission(pattern: URLPattern) -> None:
    if pattern.name in PUBLIC | ANY_ACCOUNT:
        return
    assert isinstance(getattr(pattern.callback, "permission", None), Permission), pattern


def test_public_addresses_are_only_the_listed_ones() -> None:
    """Those of the API ask no session but a token (`reports.api.door`)."""
    public = {p.name for p in PATTERNS if getattr(p.callback, "login_required", True) is False}
    by_token = {p.name for p in PATTERNS if getattr(p.callback, "by_token", False)}
    assert public - by_token == PUBLIC
    assert by_token <= public and len(by_token) == len(PERMISSIONS) + 2  # the operations, their description, the rest


@pytest.mark.django_db
@pytest.mark.parametrize(
    "pattern", [p for p in PATTERNS if getattr(p.callback, "by_token", False)], ids=lambda p: p.name
)
def test_an_address_read_by_token_answers_nobody_else(pattern: URLPattern) -> None:
    """Without a token or with a wrong one: 401, whatever the address names."""
    address = "/api/" + re.sub(r"<(?:\w+:)?\w+>", "1", str(pattern.pattern))
    assert Client().get(address).status_code == 401
    assert Client().get(address, headers={"Authorization": "Bearer cog_faux"}).status_code == 401


def test_every_role_has_its_card_and_its_sentence() -> None:
    assert set(ROLES) == set(Role)
    assert all(card.sentence.endswith(".") for card in ROLES.values())


@pytest.mark.parametrize("role", [Role.STATE, Role.BOARD])
def test_the_state_and_the_board_never_see_what_is_not_transmitted(role: Role) -> None:
    forbidden = {Permission.READ_RESULTS, Permission.READ_PROGRESS, Permission.PRODUCE_REPORT}
    assert not forbidden & set(ROLES[role].grants)


def test_a_caisse_reads_its_own_results_only() -> None:
    assert ROLES[Role.CAISSE].grants[Permission.READ_RESULTS] is Scope.OWN_CAISSE
    assert Permission.READ_PROGRESS not in ROLES[Role.CAISSE].grants


def test_the_rights_page_tells_the_matrix() -> None:
    page = RIGHTS_PAGE.read_text(encoding="utf-8")
    for role, card in ROLES.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{role.value}` "))
        cells = [cell.strip() for cell in row.strip("|").split("|")][1:]
        granted = [
            str(card.grants[permission].value) if permission in card.grants else "–" for permission in Permission
        ]
        assert cells == granted, role
        assert card.sentence in page
    assert re.search(r"404", page)
