"""Transfers: judged by the convention's own sentences, done once every act is there, never when it forbids them."""

from datetime import date
from decimal import Decimal
from io import StringIO
from itertools import product
from json import loads

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from budgets.enums import ActKind, Measure, TransferActKind, TransferState
from budgets.models import BudgetAct, BudgetLine, Fund, Transfer
from budgets.operations import TransferRefused, TransferRequest, drop_transfer, open_transfer, record_transfer_act
from budgets.queries.ledger import read_ledger
from budgets.queries.rules import group_of, rule_matrix, transfer_rule
from budgets.queries.transfers import information_due, informations_due, needed_acts
from cog.models import Convention, User
from tests.budgets.ledger import AT, fund_of, vote

pytestmark = pytest.mark.django_db

INFORMED, DEROGATION = (True, ["information"]), (False, ["accord_prealable_etat", "vote"])
DECISION = (True, ["avis_commission", "vote", "approbation_etat"])
FREE, FORBIDDEN, RESERVE = (True, []), (False, []), (True, ["accord_prealable_etat", "information"])
ORDER = ["personnel", "fonctionnement", "immobilier_local", "informatique", "mayotte", "reserve"]
FNGA = {
    "personnel": [FREE, INFORMED, INFORMED, INFORMED, INFORMED, INFORMED],
    "fonctionnement": [DEROGATION, FREE, INFORMED, INFORMED, INFORMED, DEROGATION],
    "immobilier_local": [DEROGATION, DEROGATION, FREE, INFORMED, DEROGATION, DEROGATION],
    "informatique": [DEROGATION, DEROGATION, DEROGATION, FREE, DEROGATION, DEROGATION],
    "mayotte": [FORBIDDEN] * 6,
    "reserve": [RESERVE, RESERVE, RESERVE, RESERVE, RESERVE, DEROGATION],
}
FNAS = {
    "dotations": [FREE, DECISION, DECISION, DECISION],
    "fas": [DECISION, FREE, DECISION, DECISION],
    "prestations": [FORBIDDEN, FORBIDDEN, FREE, FORBIDDEN],
    "creches": [DECISION, DECISION, DECISION, FREE],
}
PAIRS = [("fnga", *pair) for pair in product(FNGA, FNGA)] + [("fnas", *pair) for pair in product(FNAS, FNAS)]


def _expected(fund: str, origin: str, destination: str) -> tuple[bool, list[str]]:
    table, order = (FNGA, ORDER) if fund == "fnga" else (FNAS, list(FNAS))
    return table[origin][order.index(destination)]


@pytest.mark.parametrize(("code", "origin", "destination"), PAIRS)
def test_every_pair_of_groups_of_2_2_1_and_2_3_1(
    convention: Convention, code: str, origin: str, destination: str
) -> None:
    fund = fund_of(convention, code)
    verdict = transfer_rule(fund=fund, origin=group_of(fund, origin).side, destination=group_of(fund, destination).side)
    assert (verdict.allowed, [str(act) for act in verdict.requires]) == _expected(code, origin, destination)
    assert verdict.article is not None
    usual = "2.3.1" if code == "fnga" else "2.2.1"
    of_reserve = origin == "reserve" != destination
    assert verdict.article.paragraph == ("2.4" if of_reserve else usual)


@pytest.mark.shared
def test_the_sentences_are_those_of_the_convention(convention: Convention, shared_dir: object) -> None:
    """Each article quotes the line it names, word for word but for what is shortened between whole clauses."""
    lines = (shared_dir / "seed" / "cog-2013-2017.txt").read_text(encoding="utf-8").splitlines()  # type: ignore[operator]
    for fund in Fund.objects.filter(convention=convention):
        for article in rule_matrix(fund=fund).articles:
            printed = " ".join(lines[article.seed_line - 1].replace("'", "’").split())
            for clause in article.words.replace("'", "’").split(". "):
                words = " ".join(clause.rstrip(".").split()).split()
                assert set(words) <= set(printed.replace(",", " ").replace(".", " ").split()) | set(printed.split()), (
                    article
                )


def test_the_command_answers_as_the_contract_says(convention: Convention) -> None:
    out = StringIO()
    arguments = ["transfer", "--fund", "fnga", "--from", "personnel", "--to", "informatique", "--year", "2014"]
    call_command("budget_rule", *arguments, "--json", stdout=out)
    assert loads(out.getvalue()) == {
        "allowed": True,
        "requires": ["information"],
        "before": None,
        "paragraph": "2.3.1",
        "seed_line": 6455,
    }
    out = StringIO()
    call_command("budget_rule", *arguments, "--on", "2014-12-24", "--json", stdout=out)
    assert loads(out.getvalue())["before"] == "2015-01-08"
    out = StringIO()
    arguments[4], arguments[6] = "mayotte", "personnel"
    call_command("budget_rule", *arguments, stdout=out)
    assert "Virement interdit." in out.getvalue()
    assert "l. 6459" in out.getvalue()


def test_the_command_says_everything_that_is_wrong(convention: Convention) -> None:
    arguments = ["transfer", "--fund", "fnas", "--from", "das", "--to", "fase", "--year", "2018"]
    with pytest.raises(CommandError) as refused:
        call_command("budget_rule", *arguments)
    said = str(refused.value)
    assert all(words in said for words in ("«\u00a0das", "«\u00a0fase", "trouvé 2018", "dotations"))


def _lines(fund: Fund, *positions: int) -> list[BudgetLine]:
    return [BudgetLine.objects.get(fund=fund, position=position) for position in positions]


def _request(
    fund: Fund, origin: int, destination: int, amount: str = "1.5", *, exceptional: bool = False
) -> TransferRequest:
    first, second = _lines(fund, origin, destination)
    return TransferRequest(fund, 2014, first, second, Decimal(amount), "Un chantier avance.", exceptional)


def _act(transfer: Transfer, kind: TransferActKind, day: int, by: User, *, favourable: bool = True) -> Transfer:
    return record_transfer_act(
        transfer=transfer,
        kind=kind,
        dated=date(2014, 5, day),
        reference="Pièce n° 12",
        favourable=favourable,
        by=by,
        at=AT,
    )


def test_the_director_decides_then_informs_within_15_days(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    opened = open_transfer(request=_request(fund, 3, 13), by=steering, at=AT)
    assert needed_acts(opened) == [TransferActKind.DIRECTOR, TransferActKind.INFORMATION]
    assert read_ledger(fund=fund).stated(Measure.VOTED, 2014)[13] == Decimal("110.89")
    with pytest.raises(TransferRefused, match="l'information suit le virement"):
        _act(opened, TransferActKind.INFORMATION, 5, steering)
    done = _act(opened, TransferActKind.DIRECTOR, 5, steering)
    assert (done.state, done.done_on) == (TransferState.DONE, date(2014, 5, 5))
    assert information_due(done) == date(2014, 5, 20)
    assert [one.due for one in informations_due(convention=convention)] == [date(2014, 5, 20)]
    opened_now = read_ledger(fund=fund).stated(Measure.VOTED, 2014)
    assert (opened_now[3], opened_now[13]) == (Decimal("1477.96"), Decimal("112.39"))
    _act(done, TransferActKind.INFORMATION, 19, steering)
    assert informations_due(convention=convention) == []
    with pytest.raises(TransferRefused, match="déjà enregistré"):
        _act(done, TransferActKind.DIRECTOR, 6, steering)


def test_what_is_forbidden_is_never_recorded(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    with pytest.raises(TransferRefused, match="la convention interdit ce virement"):
        open_transfer(request=_request(fund, 15, 3, exceptional=True), by=steering, at=AT)
    with pytest.raises(TransferRefused, match="la demander expressément"):
        open_transfer(request=_request(fund, 13, 3), by=steering, at=AT)
    fnas = fund_of(convention, "fnas")
    vote(fnas, 2014, steering)
    with pytest.raises(TransferRefused, match="la convention interdit ce virement"):
        open_transfer(request=_request(fnas, 4, 68, "100"), by=steering, at=AT)
    assert not Transfer.objects.exists()


def test_a_derogation_needs_the_agreement_then_the_vote(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    opened = open_transfer(request=_request(fund, 13, 3, exceptional=True), by=steering, at=AT)
    assert opened.exceptional
    with pytest.raises(TransferRefused, match="il manque d'abord : accord préalable"):
        _act(opened, TransferActKind.VOTE, 5, steering)
    _act(opened, TransferActKind.STATE_AGREEMENT, 6, steering)
    with pytest.raises(TransferRefused, match="avant l'acte qui le précède"):
        _act(opened, TransferActKind.VOTE, 5, steering)
    assert _act(opened, TransferActKind.VOTE, 7, steering).state == TransferState.DONE


def test_a_refusal_ends_it_and_an_unfavourable_opinion_does_not(convention: Convention, steering: User) -> None:
    fund = fund_of(convention, "fnas")
    vote(fund, 2014, steering)
    opened = open_transfer(request=_request(fund, 79, 68, "100"), by=steering, at=AT)
    assert _act(opened, TransferActKind.COMMITTEE_OPINION, 4, steering, favourable=False).state == TransferState.DRAFT
    assert _act(opened, TransferActKind.VOTE, 5, steering, favourable=False).state == TransferState.REFUSED
    with pytest.raises(TransferRefused, match="ne reçoit plus d'acte"):
        _act(opened, TransferActKind.STATE_APPROVAL, 6, steering)
    assert not BudgetAct.objects.filter(kind=ActKind.TRANSFER).exists()


def test_everything_wrong_in_a_request_is_said_at_once(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    first, total = _lines(fund, 3, 16)
    request = TransferRequest(fund, 2014, first, total, Decimal("-0.0000001"), " ")
    with pytest.raises(TransferRefused) as refused:
        open_transfer(request=request, by=steering, at=AT)
    assert {name for name, _ in refused.value.found} >= {"amount", "reason", "destination", "exercise"}


def test_no_more_than_what_the_line_has(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    with pytest.raises(TransferRefused, match="la ligne n'a que 27,02 M€ ouverts"):
        open_transfer(request=_request(fund, 4, 13, "28"), by=steering, at=AT)
    one = open_transfer(request=_request(fund, 4, 13, "20"), by=steering, at=AT)
    two = open_transfer(request=_request(fund, 4, 13, "20"), by=steering, at=AT)
    _act(one, TransferActKind.DIRECTOR, 5, steering)
    with pytest.raises(TransferRefused, match="n'a plus assez de crédits"):
        _act(two, TransferActKind.DIRECTOR, 6, steering)
    two.refresh_from_db()
    assert (two.state, two.acts.count()) == (TransferState.DRAFT, 0)
    assert drop_transfer(transfer=two, by=steering, at=AT).state == TransferState.DROPPED
    with pytest.raises(TransferRefused, match="ne s'abandonne plus"):
        drop_transfer(transfer=one, by=steering, at=AT)
