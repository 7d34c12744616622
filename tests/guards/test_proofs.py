"""The proof of the guards: each is switched off, and the test that stands for it must turn red.

A test that stays green without its guard proves nothing: it fails here. `docs/security.md` names, for each row, the
test and its proof. Other proofs stand beside their tests (`test_without_its_guard…`, `test_thawed…`).
"""

import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from cog import attachments, exports, frozen, incidents, jobs, pdf, permissions
from cog.xlsx import guard
from indicators.operations import batches
from tests.actions import test_pages as actions_pages
from tests.actions.test_pages import people  # noqa: F401 - fixture
from tests.cog import test_exports, test_frozen, test_jobs, test_pdf, test_web_guards, test_xlsx
from tests.cog.test_frozen import rows  # noqa: F401 - fixture
from tests.cog.test_jobs import _registered  # noqa: F401 - fixture
from tests.cog.test_web_guards import _more_addresses, steering  # noqa: F401 - fixtures
from tests.indicators import test_batches
from tests.indicators.test_batches import people as senders  # noqa: F401 - fixture
from tests.reports import test_visibility
from tests.reports.test_visibility import accounts  # noqa: F401 - fixture
from tests.workbooks import with_parts

pytestmark = pytest.mark.django_db
Off = Callable[[pytest.MonkeyPatch, Any], None]


@dataclass(frozen=True)
class Proof:
    """A guard, how it is switched off, and the test that must then fail; `given` are the test's own parameters."""

    guard: str
    off: Off
    test: Callable[..., None]
    given: dict[str, Any] = field(default_factory=dict)
    fixtures: dict[str, str] = field(default_factory=dict)  # of its parameters whose name is taken here


def without(middleware: str) -> Off:
    """The site without one of its middlewares."""

    def off(patch: pytest.MonkeyPatch, settings: Any) -> None:
        kept = [one for one in settings.MIDDLEWARE if not one.endswith(middleware)]
        assert len(kept) == len(settings.MIDDLEWARE) - 1
        settings.MIDDLEWARE = kept

    return off


def instead(owner: Any, name: str, value: Any) -> Off:
    """One name of a module put in the place of another."""

    def off(patch: pytest.MonkeyPatch, settings: Any) -> None:
        assert hasattr(owner, name)
        patch.setattr(owner, name, value)

    return off


def thawed(table: str) -> Off:
    """A frozen table without its trigger."""
    return lambda patch, settings: frozen.thaw(connection, table)


def _ordinary(self: logging.Formatter, ei: Any) -> str:
    return logging.Formatter().formatException(ei)


PROOFS = [
    Proof("F43 permission of a view", instead(permissions, "can", lambda user, permission: True),
          test_visibility.test_what_is_not_transmitted_is_nowhere, {"role": "tutelle"}),
    Proof("F48 scope of a caisse", instead(permissions, "scopes", lambda *named: frozenset({permissions.Scope.ALL})),
          test_visibility.test_a_caisse_sees_itself_the_nation_and_no_other_name),
    Proof("S1 login required", without("LoginRequired"),
          test_visibility.test_without_an_account_every_page_leads_to_the_login_page),
    Proof("S10 content policy", without("CSPMiddleware"), test_visibility.test_every_page_wears_the_strict_policy),
    Proof("S10 no-store", without("guards.Headers"), test_web_guards.test_what_an_account_is_told_is_kept_nowhere),
    Proof("F54 token of a form", without("CsrfViewMiddleware"),
          test_web_guards.test_a_form_without_its_token_writes_nothing),
    Proof("F54 readings write nothing", without("ReadsWriteNothing"),
          test_web_guards.test_a_reading_that_writes_is_refused_and_nothing_is_written, {"method": "get"}),
    Proof("F25 size of a request", without("RequestSize"),
          test_web_guards.test_an_error_page_has_the_number_of_the_log_and_nothing_of_the_inside, {"code": 413}),
    Proof("F19 controls", without("PlainText"), test_web_guards.test_a_control_in_a_text_is_refused_and_named),
    Proof("S17 costly pages", without("CostlyPages"), test_web_guards.test_costly_pages_are_counted_by_account),
    Proof("F61 slow question", instead(incidents, "cause_of_slowness", lambda error: ""),
          test_web_guards.test_a_question_that_lasts_ends_in_a_readable_page),
    Proof("F60 newline in the log", instead(incidents, "one_line", lambda text: text),
          test_web_guards.test_a_newline_in_an_address_stays_on_its_line_of_the_log),
    Proof("F68 discreet traces", instead(incidents.DiscreetFormatter, "formatException", _ordinary),
          test_web_guards.test_a_traceback_tells_places_and_types_never_what_was_said),
    Proof("F10 rights read again", instead(batches, "may_accept", lambda user, batch: True),
          test_batches.test_rights_are_read_again_when_writing, {"loss": "closed"}, {"people": "senders"}),
    Proof("F03 cap of the attempts", instead(jobs, "MAX_ATTEMPTS", 99),
          test_jobs.test_a_base_that_goes_away_puts_the_job_back_three_times_at_most),
    Proof("F39 frozen transmissions", thawed("reports_transmission"), test_frozen.test_direct_sql_is_refused,
          {"table": "reports_transmission", "sql": "UPDATE {} SET id = id WHERE id = %s"}),
    Proof("F39 no TRUNCATE", thawed("cog_auditevent"), test_frozen.test_a_table_cannot_be_emptied_at_once,
          {"table": "cog_auditevent"}),
    Proof("F22 macros", instead(guard, "_is_a_macro", lambda name: False), test_xlsx.test_what_is_refused_and_why,
          {"data": with_parts(test_xlsx.GOOD, {"xl/vbaProject.bin": b"x"}), "code": "macros", "words": "macros"}),
    Proof("F23 zip bombs", instead(guard, "MAX_RATIO", 10**9), test_xlsx.test_what_is_refused_and_why,
          {"data": lambda: test_xlsx.bomb(20), "code": "bomb", "words": "compressé"}),
    Proof("F58 formulas in CSV", instead(exports, "_FORMULA", ("never",)), test_exports.test_a_text_is_never_a_formula,
          {"hostile": "=1+1"}),
    Proof("F57 nothing fetched", instead(pdf._OnlyOurFonts, "fetch", pdf.URLFetcher.fetch),
          test_pdf.test_an_outside_address_stops_the_printing,
          {"html": test_pdf.REFUSED["image"][0], "css": "", "where": "file", "address": "http://127.0.0.1:9/"}),
    Proof("S14 nature of a file", instead(attachments, "content_type_of", lambda name, data: "application/pdf"),
          actions_pages.test_what_is_no_proof_is_refused_with_the_reason,
          {"name": "faux.pdf", "data": b"<html>", "told": "contenu n"}),
]  # fmt: skip


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.guard)
def test_without_its_guard_the_test_turns_red(
    proof: Proof, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    if connection.vendor != "postgresql" and proof.guard in ("F61 slow question", "F39 no TRUNCATE"):
        pytest.skip("propre à PostgreSQL")
    given = dict(proof.given)
    for name in inspect.signature(proof.test).parameters:
        if name not in given:
            given[name] = request.getfixturevalue(proof.fixtures.get(name, name))
    proof.off(monkeypatch, settings)
    with pytest.raises((AssertionError, pytest.fail.Exception, Exception)) as red:
        proof.test(**given)
    assert not isinstance(red.value, TypeError | NameError | ImportError), "the test did not run at all"
