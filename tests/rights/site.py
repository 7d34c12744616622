"""A site whose live rows hold canaries, and every address of it: what the tests of rights crawl.

A canary is a word or a figure that stands in one kind of live row only: where it is read, that row was shown.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from actions.enums import ActionStatus, Charge
from actions.models import Action
from actions.operations import Naming, ProgressEntry, name_responsible, open_direction, record_progress
from actions.operations.evidence import join_evidence
from actions.operations.state import ask_validation
from budgets.demo_allotment import load_allotments
from budgets.demo_statements import load_statements
from budgets.enums import ActKind
from budgets.models import BudgetLine, Transfer
from budgets.operations.editions import write_analysis
from budgets.operations.transfers import TransferRequest, open_transfer
from cog.demo import open_accounts
from cog.enums import JobState
from cog.figures import Operator
from cog.models import Convention, Fiche, Job, Organisation, User
from cog.operations import command_account
from indicators.enums import Cause, GapMode
from indicators.models import Dispersion, Indicator, IndicatorResult
from indicators.operations.batches import send_batch
from indicators.operations.explanations import ExplanationEntry, set_gap_threshold, write_explanation
from indicators.operations.local_targets import TargetEntry, save_local_targets
from reports.enums import FeedScope
from reports.operations import request_annual_report
from reports.operations.feeds import open_feed
from reports.operations.links import link_indicator
from tests.budgets.ledger import fund_of, programme_of, write
from tests.reports.paper import pages_of
from tests.reports.quarter import HEADER, QUARTER, compute_quarter, explain_all, import_rows, quarter_rows

ROLES = ["pilotage", "contributeur", "caf", "tutelle", "conseil", "controle", "exploitation"]
NATIONAL, OWN, OTHER = Decimal("987.6123"), Decimal("876.5123"), Decimal("765.4123")
ANONYMOUS = Decimal("654.3123")  # the spread of the caisses, which a caisse is shown without their names
OBSERVED_OWN, OBSERVED_OTHER = 73915128, 84026239
SPENT = Decimal("74.1593")

OF_THE_BRANCH = {
    "le résultat national": "987[,.]6",
    "le résultat d'une autre caisse": "765[,.]4",
    "la valeur remontée par une autre caisse": str(OBSERVED_OTHER),
    "une dépense exécutée": r"74[,.](1593|159|16)\b",
    "un avancement": "canari-avancement-7391",
    "une pièce jointe": "canari-piece-2718",
    "une explication d'écart": "canari-explication-5127",
    "un seuil d'explication": "canari-seuil-3141",
    "une direction en charge": "canari-direction-1618",
    "l'acte d'un budget": "canari-acte-1414",
    "l'analyse d'une édition": "canari-analyse-1732",
    "le motif d'un virement": "canari-virement-2236",
    "le message d'un travail": "canari-travail-2449",
    "le fichier d'une autre caisse": "canari-fichier-autre-2828",
}
OF_A_CAISSE = {
    "le résultat de la caisse": "876[,.]5",
    "la valeur remontée par la caisse": str(OBSERVED_OWN),
    "le fichier de la caisse": "canari-fichier-propre-3162",
    "la cible Cpog de la caisse": "canari-cible-3316",
}
SEEN_BY_A_CAISSE = {*OF_A_CAISSE, "le résultat national"}
"""What a caisse reads: its own, and the nation's figure it is set beside."""
CANARIES = OF_THE_BRANCH | OF_A_CAISSE

QUERY = "?periode=2014&au=2014-12-31&transmission=2014-T4&annee=2014&fin=2014-T4&unite=national"


@dataclass
class Site:
    """The keys of what stands in the database, by the names of the addresses' parts."""

    people: dict[str, User]
    own: dict[str, Any] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(self.people[role])
        return client


def fill(convention: Convention) -> Site:
    """Every kind of live row, each with its canary; one quarter and nothing else was transmitted, without canaries."""
    by, at = command_account(), timezone.now()
    open_accounts(code=convention.code, by=by, at=at)
    people = {user.email.split("@")[0]: user for user in User.objects.filter(is_demonstration=True)}
    steering = people["pilotage"]
    caisse, another = Organisation.objects.filter(convention=convention).caisses().order_by("code")[:2]
    sheet = Indicator.objects.get(code="F10-21", convention=convention)
    action = Action.objects.select_related("fiche").get(fiche__convention=convention, fiche__number=10, ordinal=3)

    import_rows(convention, "avril-juin.csv", quarter_rows("011", 800) + quarter_rows("751", 700))
    compute_quarter(convention)
    explain_all(convention, steering)
    from reports.operations import transmit_quarter

    sent = transmit_quarter(convention=convention, period=QUARTER, by=steering, at=at)
    _results(sheet, caisse.code, another.code)
    for body, value in ((caisse, OBSERVED_OWN), (another, OBSERVED_OTHER)):
        import_rows(convention, f"valeurs-{body.code}.csv", f"pieces_traitees,{body.code},2014-03,,{value}\n")
    batches = [
        send_batch(
            convention=convention, file_name=f"canari-fichier-{name}.csv", data=data, only=body, by=who, at=at
        ).batch
        for name, body, who, data in (
            ("propre-3162", caisse, people["caf"], (HEADER + quarter_rows(caisse.code, 801)).encode()),
            ("autre-2828", another, steering, (HEADER + quarter_rows(another.code, 802)).encode()),
        )
    ]
    targets = [TargetEntry("F10-21", caisse.code, 2014, Operator.AT_LEAST, Decimal(90), source="canari-cible-3316")]
    save_local_targets(convention=convention, entries=targets, by=steering, at=at)
    said = ExplanationEntry(Cause.INTERNAL, "canari-explication-5127", "", "")
    for period in ("2014", "2014-T4"):
        write_explanation(indicator=sheet, period=period, entry=said, seen=0, by=steering, at=at)
    set_gap_threshold(
        indicator=sheet,
        value=Decimal(3),
        mode=GapMode.POINTS,
        reason="canari-seuil-3141",
        seen=None,
        by=steering,
        at=at,
    )
    word = ProgressEntry(action.pk, ActionStatus("en_cours"), date(2014, 12, 1), comment="canari-avancement-7391")
    record_progress(entries=[word], by=steering, at=at)
    proof = join_evidence(
        action=action, file_name="piece.pdf", data=b"%PDF-1.7 essai", title="canari-piece-2718", by=steering, at=at
    )
    direction = open_direction(convention=convention, code="CAN", name="canari-direction-1618", by=steering, at=at)
    charge = name_responsible(naming=Naming(action.fiche, None, direction, Charge.LEAD), by=steering, at=at)
    link = link_indicator(
        convention=convention, action_key="10/3", indicator_code="F10-21", reason="Un lien.", by=steering, at=at
    )
    asked = ask_validation(action=action, subject="Une demande faite à l'État.", by=steering, at=at)
    act, transfer = _budgets(convention, steering)
    edition = request_annual_report(convention=convention, year=2014, by=steering, at=at)
    Job.objects.filter(pk=edition.job_id).update(state=JobState.FAILED, message="canari-travail-2449", finished_at=at)
    feed, _ = open_feed(owner=people["caf"], scope=FeedScope.OWN, at=at)
    others, secret = open_feed(owner=people["tutelle"], scope=FeedScope.OWN, at=at)
    kept = {
        "job_id": batches[0].job_id, "batch_id": batches[0].pk, "responsibility_id": charge.pk, "code": caisse.code,
        "validation_id": asked.pk, "evidence_id": proof.pk, "transfer_id": transfer.pk, "act_id": act.pk,
        "link_id": link.pk, "edition_id": edition.pk, "feed_id": feed.pk, "secret": secret, "caisse": caisse.code,
        "transmission_id": sent.pk,
    }  # fmt: skip
    other = {
        "job_id": edition.job_id, "batch_id": batches[1].pk, "code": another.code, "caisse": another.code,
        "feed_id": others.pk,
    }  # fmt: skip
    return Site(people, kept, other)


def _results(sheet: Indicator, own: str, other: str) -> None:
    for scope, value in (("national", NATIONAL), (own, OWN), (other, OTHER)):
        for period in ("2014", "2014-T4"):
            IndicatorResult.objects.create(
                indicator=sheet, version=sheet.versions.get(), scope=scope, period=period, value=value, numerator=value,
                denominator=Decimal(100), state="definitif", verdict="non_atteint", reported=1, concerned=1,
                units_reported=2, units_concerned=2,
            )  # fmt: skip
    names = ("minimum", "d1", "q1", "median", "q3", "d9", "maximum", "value_range", "stdev", "mean")
    Dispersion.objects.create(indicator=sheet, period="2014", n=2, **dict.fromkeys(names, ANONYMOUS))


def _budgets(convention: Convention, by: User) -> tuple[Any, Transfer]:
    fund = fund_of(convention)
    stated = programme_of(fund, 2014)
    write(fund, 2014, ActKind.INITIAL, date(2013, 10, 28), stated, by, reference="canari-acte-1414")
    spent = {position: type(row)(min(row.amount, SPENT)) for position, row in stated.items()}
    act = write(fund, 2014, ActKind.EXECUTED, date(2014, 6, 30), spent, by, reference="canari-acte-1414")
    assert any(row.amount == SPENT for row in spent.values()), "no line is large enough to hold the canary"
    write_analysis(fund=fund, exercise=2014, number=4, text="canari-analyse-1732", by=by, at=timezone.now())
    load_allotments(convention=convention, by=by, at=timezone.now())
    load_statements(convention=convention, by=by, at=timezone.now())
    origin, destination = BudgetLine.objects.filter(fund=fund, position__in=(4, 13)).order_by("position")
    asked = TransferRequest(fund, 2014, origin, destination, Decimal(1), "canari-virement-2236")
    transfer = open_transfer(request=asked, by=by, at=timezone.now())
    return act, transfer


# --- Every address --------------------------------------------------------------------------------------------------


def patterns(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the site, whole, with its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


_PLAIN = {
    "kind": "xlsx", "key": "10-3", "number": "10", "year": "2014", "exercise": "2014", "position": "3",
    "quarter": "2014-T4", "measure": "pieces_traitees", "state": "transmis", "token_id": "1", "rest": "rien",
    "notification_id": "1", "token": "rien", "identity": "1", "session": "1", "membership": "1", "name": "fermer",
}  # fmt: skip
_WHERE = {  # the beginning of a route -> what its parts are there
    "api/v1/funds/": {"code": "fnga"},
    "api/v1/indicators/": {"code": "F10-21"},
    "api/v1/transmissions/": {"kind": "trimestre", "period": "2014-T2", "number": "1"},
    "avenants/": {"number": "1"},
    "comptes/": {"key": "1"},
    "evaluation/<slug:kind>/": {"kind": "indicateur", "code": "F10-21"},
    "actions/engagements/": {"code": "E10-1"},
    "actions/sdsi/synthese/": {"number": "3"},
    "indicateurs/<str:code>/definitions/<int:number>": {"number": "1"},
    "indicateurs/": {"code": "F10-21"},
    "explications/": {"code": "F10-21", "period": "2014-T4"},
    "remontees/valeurs/": {"period": "2014-03"},
    "budgets/dotations/<int:year>/<int:number>": {"number": "1"},
    "budgets/tableaux/": {"code": "effectifs", "variant": "constate_juin"},
    "budgets/virements/nouveau/": {"code": "fnga"},
    "budgets/<slug:code>/<int:exercise>/saisie/<slug:kind>/": {"code": "fnga", "kind": "rectifie"},
    "budgets/": {"code": "fnga", "number": "4"},
    "documents-dus/": {"code": "SOC-DD", "period": "2013"},
    "transmissions/": {"code": "F10-21"},
    "donnees/publiees/": {"name": "fiches.csv"},
    "donnees/fichiers/": {"name": "resultats.csv"},
}


def address(route: str, keys: dict[str, Any]) -> str:
    """A route with its parts filled in; a part nobody knows how to fill fails the suite."""
    route = re.sub(r"\(\?P<\w+>[^)]*\)", "1", route).strip("^$")  # an address written as a pattern
    placed: dict[str, Any] = {}
    for start, parts in _WHERE.items():
        if route.startswith(start):
            placed = parts | placed
    known = _PLAIN | keys | placed
    if "allotment-caisse" in route or route.startswith("budgets/dotations/<int:year>/<int:number>/<str:code>"):
        known["code"] = keys["code"]
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(known[part[1]]), route)


def read(answer: Any) -> str:
    """The words of an answer, whatever its form: page, drawing, table, PDF, archive; its spaces between digits gone."""
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    told = f"{answer.get('Location', '')} {answer.get('Content-Disposition', '')} {_words(data)}"
    return re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d{3})", "", told)


def _words(data: bytes) -> str:
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-64:]:
        return "\n".join(pages_of(data))
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(_words(archive.read(name)) for name in archive.namelist())
    return data.decode("utf-8", errors="replace")


def csrf_name() -> str:
    """The name of the cookie that a form is checked against."""
    return str(settings.CSRF_COOKIE_NAME)


def fiche_of_a_contributor() -> Fiche:
    """The first fiche, which the demonstration gives the contributor."""
    return Fiche.objects.order_by("number").first()  # type: ignore[return-value]
