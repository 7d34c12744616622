"""The audit trail: every operation leaves its row, in its own transaction; read by those who may, and only by them."""

import ast
import csv
import inspect
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from django.db import transaction
from django.test import Client

import actions.operations
import budgets.operations
import cog.jobs
import cog.operations
import indicators.operations
import reports.operations
from actions.enums import Charge
from actions.operations import Naming, end_responsibility, name_responsible, open_direction
from cog import audit
from cog.audit_queries import events, told
from cog.audit_words import ACTS
from cog.backup_operations import RESTORED
from cog.demo import open_accounts
from cog.health import BACKED_UP
from cog.models import AuditEvent, Convention, Fiche, User
from cog.operations import command_account

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
OURS = ("cog", "indicators", "actions", "budgets", "reports")
AT = datetime(2014, 7, 8, 10, tzinfo=UTC)

SILENT = {
    "save_actions": "dans la transaction de load_convention, qui laisse la trace du tout",
    "save_sdsi": "idem",
    "save_budgets": "idem",
    "save_indicators": "idem",
    "command_account": "le compte intégré « commande », créé à son premier usage",
    "mark_seen": "le dernier passage d'une session, effacé avec elle",
    "mark_stale": "une marque de calcul à refaire, dans la transaction de l'acte qui la cause",
    "mark_stale_sheet": "idem",
    "request_check": "relance le contrôle d'un lot : le travail porte qui et quand, rien d'autre ne change",
    "request_acceptance": "demande l'acceptation : le travail porte qui et quand, la trace vient avec l'acceptation",
    "request_recompute": "demande un calcul : idem",
    "request_annual_report": "demande une édition : elle porte qui et quand, la trace vient avec sa production",
    "request_evaluation_report": "idem",
    "request_following": "idem",
    "request_package": "idem, pour un paquet de données",
    "public_package": "idem",
    "faults_of": "lit seulement",
    "why_it_stays": "lit seulement",
}
"""Public functions of the operations that write no row of their own, and why."""


def _definitions() -> dict[str, ast.FunctionDef]:
    found: dict[str, ast.FunctionDef] = {}
    for app in OURS:
        written = [one for one in sorted((ROOT / app).rglob("*.py")) if "operations" in (one.stem, *one.parts)]
        for path in (*written, *(ROOT / app).glob("jobs.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef):
                    found[f"{app}.{node.name}"] = node
    return found


def _records(app: str, name: str, known: dict[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function, or one of the same app that it calls, writes an audit row."""
    node = known.get(f"{app}.{name}")
    if node is None or name in seen:
        return False
    for call in (one for one in ast.walk(node) if isinstance(one, ast.Call)):
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "audit.record":
            return True
        if isinstance(call.func, ast.Name) and _records(app, call.func.id, known, seen | {name}):
            return True
    return False


def _public() -> list[tuple[str, str]]:
    found = [("cog", "cancel")]
    for app, module in (
        ("actions", actions.operations),
        ("budgets", budgets.operations),
        ("indicators", indicators.operations),
        ("reports", reports.operations),
    ):
        found += [(app, name) for name in module.__all__ if inspect.isfunction(getattr(module, name))]
    here = inspect.getmembers(cog.operations, inspect.isfunction)
    return found + [
        ("cog", n) for n, one in here if one.__module__.startswith("cog.operations") and not n.startswith("_")
    ]


def test_every_public_operation_leaves_its_trace_or_says_why_not() -> None:
    known = _definitions()
    silent = {name for app, name in _public() if not _records(app, name, known)}
    assert silent == set(SILENT), "écrire la trace (audit.record), ou la raison dans SILENT"
    assert len(_public()) > 40


def test_every_act_has_its_words() -> None:
    """Found in the code itself, so that a new act is told in French on the page."""
    written = {BACKED_UP, RESTORED}
    for app in OURS:
        for path in (ROOT / app).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("audit.record", "record"):
                    said = [word.value for word in node.keywords if word.arg == "action"]
                    written |= {one.value for one in said if isinstance(one, ast.Constant)}
    assert written - set(ACTS) == set()
    assert all(re.fullmatch(r"[a-zé][^.]+", words) for words in ACTS.values())


CALLER_HOLDS = {
    "indicators._write": "dans celle d'accept_batch, qui verrouille le lot",
    "budgets.write_act": "dans la transaction de record_act et de record_transfer_act",
    "reports._transmit": "dans celle de produce_edition",
    "cog._enter": "dans celle d'enter_into_force ou d'approve_amendment",
    "cog.note_event": "un événement seul (connexion, mot de passe) : il n'accompagne aucune écriture de l'application",
}
"""Functions that write a trace in a transaction they do not open themselves, and who opens it."""


def _opens(node: ast.AST) -> bool:
    return isinstance(node, ast.With) and any("transaction.atomic" in ast.unparse(one) for one in node.items)


def _alone(node: ast.FunctionDef) -> bool:
    """Whether a function writes a trace outside any transaction that it opens."""
    if any(ast.unparse(one) == "transaction.atomic" for one in node.decorator_list):
        return False
    inside = {id(call) for block in ast.walk(node) if _opens(block) for call in ast.walk(block)}
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call) and ast.unparse(one.func) == "audit.record"]
    return any(id(call) not in inside for call in calls)


def test_every_trace_is_written_in_the_transaction_of_its_act() -> None:
    alone = {name for name, node in _definitions().items() if _alone(node)}
    assert alone <= set(CALLER_HOLDS), "ouvrir la transaction de l'acte autour de la trace"


def test_a_trace_outside_a_transaction_is_found() -> None:
    """The control: the same reading, on functions that do it well and badly."""
    for code, wrong in (
        ("def f():\n    x.save()\n    audit.record()", True),
        ("@transaction.atomic\ndef f():\n    x.save()\n    audit.record()", False),
        ("def f():\n    with transaction.atomic():\n        x.save()\n        audit.record()", False),
        ("def f():\n    with transaction.atomic():\n        x.save()\n    audit.record()", True),
    ):
        (node,) = ast.parse(code).body
        assert isinstance(node, ast.FunctionDef) and _alone(node) is wrong, code


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_leaves_no_trace_and_a_trace_that_fails_no_act(
    reloaded_convention: Convention, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = AuditEvent.objects.count()

    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError("plus de place")

    monkeypatch.setattr(AuditEvent.objects, "create", refuse)
    with pytest.raises(OSError, match="plus de place"):
        open_direction(convention=reloaded_convention, code="DSS", name="Essai", by=command_account(), at=AT)
    assert not reloaded_convention.direction_set.exists()
    monkeypatch.undo()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        open_direction(convention=reloaded_convention, code="DSS", name="Essai", by=command_account(), at=AT)
        raise ZeroDivisionError
    assert AuditEvent.objects.count() == before


@pytest.fixture
def people(convention: Convention) -> dict[str, User]:
    open_accounts(code=convention.code, by=command_account(), at=AT)
    return {user.email.split("@")[0]: user for user in User.objects.filter(is_demonstration=True)}


@pytest.fixture
def named(convention: Convention, people: dict[str, User]) -> User:
    """Three acts of one person: two responsibles in turn, then none."""
    by, fiche = people["pilotage"], Fiche.objects.get(convention=convention, number=10)
    for code, person in (("DSER", people["contributeur"]), ("DPFAS", by)):
        direction = open_direction(convention=convention, code=code, name=f"Direction {code}", by=by, at=AT)
        held = name_responsible(
            naming=Naming(fiche=fiche, action=None, direction=direction, charge=Charge.LEAD, person=person),
            by=by,
            at=AT,
        )
    end_responsibility(responsibility=held, by=by, at=AT)
    return by


def test_what_an_act_replaced_is_kept_beside_what_it_put(named: User) -> None:
    named_second = events(act="actions.responsible_named").first()
    assert named_second is not None
    (change,) = told(named_second, with_changes=True).changes
    assert change.what == "responsable"
    assert "DSER" in str(change.before) and "Dominique Direction" in str(change.before)
    assert "DPFAS" in str(change.after) and "Camille Pilotage" in str(change.after)
    ended = events(act="actions.responsible_ended").first()
    assert ended is not None
    (change,) = told(ended, with_changes=True).changes
    assert "DPFAS" in str(change.before) and change.after is None


def _as(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_is_for_control_and_operations_only(people: dict[str, User]) -> None:
    answers = {name: _as(user).get("/audit/").status_code for name, user in people.items()}
    assert answers == dict.fromkeys(people, 403) | {"controle": 200, "exploitation": 200}
    answers = {name: _as(user).get("/audit/tableau.csv").status_code for name, user in people.items()}
    assert answers == dict.fromkeys(people, 403) | {"controle": 200, "exploitation": 200}


def test_operators_see_who_did_what_and_never_the_figures(named: User, people: dict[str, User]) -> None:
    for address in ("/audit/", "/audit/tableau.csv"):
        seen = {name: b"".join(_as(people[name]).get(address)).decode() for name in ("controle", "exploitation")}
        for text in seen.values():
            assert "nomme un responsable" in text and "Camille Pilotage" in text and "fiche 10" in text
        assert "DPFAS · " in seen["controle"]
        assert "DPFAS · " not in seen["exploitation"]


def test_filters_keep_what_they_say(named: User, people: dict[str, User]) -> None:
    client = _as(people["controle"])

    def count(query: str) -> int:
        return int(client.get(f"/audit/?{query}").context["page"].paginator.count)

    everything = count("")
    assert count("qui=camille") == 5
    assert count("qui=pilotage%40demo") == 5
    assert count("acte=actions.responsible_named") == 2
    assert count("objet=fiche+10") == 3
    assert count("du=08/07/2014&au=08/07/2014&qui=camille") == 5
    assert count("du=09/07/2014&qui=camille") == 0
    assert count("au=07/07/2014&qui=camille") == 0
    assert count("acte=inconnu") == everything, "a filter that is wrong keeps nothing out, and says so"
    assert "Le formulaire" in client.get("/audit/?acte=inconnu").content.decode()
    assert "échanger" in client.get("/audit/?du=09/07/2014&au=08/07/2014").content.decode()
    assert "Aucune trace" in client.get("/audit/?objet=introuvable").content.decode()


def test_the_files_hold_the_same_rows_as_the_page(named: User, people: dict[str, User]) -> None:
    client = _as(people["controle"])
    query = "?qui=camille"
    answer = client.get(f"/audit/tableau.csv{query}")
    assert answer.streaming
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert len(rows) == 6 and rows[0][:3] == ["Numéro", "Quand", "Qui"]
    assert rows[1][4] == "met fin à une responsabilité" and "DPFAS" in rows[1][7]
    assert rows[1][1].startswith("2014-07-08 12:00"), "the hour of Paris"
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/audit/tableau.xlsx{query}").content))
    assert [cell.value for cell in book["Journal"]["E"]][1:] == [row[4] for row in rows[1:]]
    assert client.get("/audit/tableau.pdf").status_code == 404


def test_a_long_trail_is_read_as_it_is_written(people: dict[str, User]) -> None:
    by = people["pilotage"]
    AuditEvent.objects.bulk_create(
        [AuditEvent(at=AT, by=by, action="essai", subject=f"n° {n}", details={}) for n in range(3000)]
    )
    answer = _as(people["controle"]).get("/audit/tableau.csv?acte=essai")
    pieces = list(answer.streaming_content)
    assert len(pieces) == 7, "the header, then five hundred rows at a time"
    assert sum(piece.count(b"\r\n") for piece in pieces) == 3001
    page = _as(people["controle"]).get("/audit/?acte=essai&page=2")
    assert len(page.context["lines"]) == 50


def test_a_hostile_text_stays_a_text(people: dict[str, User]) -> None:
    with transaction.atomic():
        audit.record(
            action="essai", subject="<b>x</b>", by=people["pilotage"], at=AT, details={"text": "=cmd|' /C calc'!A0"}
        )
    client = _as(people["controle"])
    assert "&lt;b&gt;x&lt;/b&gt;" in client.get("/audit/").content.decode()
    assert json.dumps("<b>") not in client.get("/audit/").content.decode()
    book = openpyxl.load_workbook(io.BytesIO(client.get("/audit/tableau.xlsx").content))
    assert all(cell.data_type != "f" for row in book["Journal"] for cell in row)
