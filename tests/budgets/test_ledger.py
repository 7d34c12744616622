"""The ledger: acts are written whole or not at all, never rewritten, and every figure is the sum of its movements."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import Error, transaction

from budgets.compute.entry import Stated
from budgets.enums import ActKind, Measure
from budgets.models import BudgetAct, Movement
from budgets.operations import ActMoved, ActRefused, NothingMoves, record_act
from budgets.queries.carry_over import carry_statement
from budgets.queries.conformity import conformity_page
from budgets.queries.integrity import sums_that_do_not_hold
from budgets.queries.ledger import read_ledger
from budgets.queries.tables import line_page, term_table, year_table
from cog.models import AuditEvent, Convention, User
from tests.budgets.ledger import AT, entry_of, forecast, fund_of, programme_of, spend, vote, write

pytestmark = pytest.mark.django_db

PERSONNEL, OPERATING, COMPUTING, RESERVE, PAID = 3, 7, 13, 17, 21


def _words(refused: ActRefused) -> str:
    return " | ".join(fault.words for fault in refused.faults)


@pytest.mark.parametrize("code", ["fnas", "fnga"])
def test_a_vote_of_the_programme_adds_up_to_the_printed_totals(
    convention: Convention, steering: User, code: str
) -> None:
    """Every computed total is the printed one, but for the roundings the anomalies list."""
    fund = fund_of(convention, code)
    vote(fund, 2014, steering)
    table = year_table(ledger=read_ledger(fund=fund), exercise=2014)
    gaps = {
        row.line.position: row.voted.amount - row.programme.amount
        for row in table.rows
        if row.programme.amount is not None and row.voted.amount is not None and row.line.kind != "rate"
        if row.voted.amount != row.programme.amount
    }
    assert not table.partial_count
    unit = Decimal(1) if code == "fnas" else Decimal("0.01")
    assert all(abs(gap) <= 4 * unit for gap in gaps.values())
    assert (len(gaps) == 0) == (code == "fnga")
    assert sums_that_do_not_hold(convention=convention) == []


def test_a_figure_is_the_sum_of_movements_one_can_open(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    write(
        fund, 2014, ActKind.RECTIFIED, date(2014, 4, 10), {PERSONNEL: Stated(Decimal("1480"), None, "Rmpp")}, steering
    )
    spend(fund, 2014, date(2014, 6, 30), "0.5", steering)
    page = line_page(fund=fund, exercise=2014, position=PERSONNEL)
    assert page is not None
    assert [(row.act.kind, row.amount.amount) for row in page.movements] == [
        ("initial", Decimal("1479.46")),
        ("rectifie", Decimal("0.54")),
        ("execute", Decimal("740.000000")),
    ]
    assert page.row.voted.amount == Decimal("1480")
    whole = line_page(fund=fund, exercise=2014, position=5)
    assert whole is not None
    assert [row.line.position for row in whole.parts] == [3, 4]
    assert whole.row.voted.amount == sum(row.voted.amount for row in whole.parts)


def test_a_date_shows_what_was_known_then(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    spend(fund, 2014, date(2014, 3, 31), "0.25", steering)
    spend(fund, 2014, date(2014, 6, 30), "0.5", steering)
    april = year_table(ledger=read_ledger(fund=fund, at=date(2014, 4, 15)), exercise=2014)
    row = next(row for row in april.rows if row.line.position == RESERVE)
    assert (row.executed.amount, row.rate.shown) == (Decimal("1.525"), "25,0\u00a0%")
    assert row.executed.shown == "1,53"
    assert row.executed.full == "1,525"


def test_a_line_left_out_makes_its_sums_partial(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    ledger = read_ledger(fund=fund)
    ledger.movements[:] = [row for row in ledger.movements if row.line.position != RESERVE]
    table = year_table(ledger=ledger, exercise=2014)
    partial = {row.line.position for row in table.rows if row.voted.partial}
    assert partial == {18, 26, 28, 30}


def test_everything_wrong_is_said_at_once_and_nothing_is_kept(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    stated = programme_of(fund, 2014)
    del stated[RESERVE]
    stated[PERSONNEL] = Stated(Decimal("1479460"))
    stated[5] = Stated(Decimal(1))
    with pytest.raises(ActRefused) as refused:
        write(fund, 2014, ActKind.INITIAL, date(2016, 1, 1), stated, steering, reference="")
    said = _words(refused.value)
    for words in ("délibération", "une date à venir", "plus de 20 fois", "est une somme", "écrire 0"):
        assert words in said
    assert not BudgetAct.objects.exists()
    assert not AuditEvent.objects.filter(action="budget.act").exists()


def test_a_total_written_by_hand_must_be_the_sum(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    with pytest.raises(ActRefused, match=r"écart : 0,01 M€"):
        write(
            fund,
            2014,
            ActKind.INITIAL,
            date(2013, 10, 28),
            programme_of(fund, 2014),
            steering,
            totals={18: Decimal("1947.95")},
        )


def test_what_is_voted_is_only_rectified(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    with pytest.raises(ActRefused, match="aucun budget initial"):
        write(fund, 2014, ActKind.RECTIFIED, date(2014, 4, 10), {PERSONNEL: Stated(Decimal(1480))}, steering)
    vote(fund, 2014, steering)
    with pytest.raises(ActRefused, match="ne se modifie que par un budget rectificatif"):
        vote(fund, 2014, steering)
    first = write(fund, 2014, ActKind.RECTIFIED, date(2014, 4, 10), {PERSONNEL: Stated(Decimal(1480))}, steering)
    second = write(fund, 2014, ActKind.RECTIFIED, date(2014, 9, 10), {PERSONNEL: Stated(Decimal(1482))}, steering)
    assert (first.number, second.number) == (1, 2)
    assert Movement.objects.get(act=second).amount == Decimal(2)


def test_a_statement_does_not_go_back_in_time(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    spend(fund, 2014, date(2014, 6, 30), "0.5", steering)
    with pytest.raises(ActRefused, match=r"attendu au plus tôt le 30/06/2014"):
        spend(fund, 2014, date(2014, 3, 31), "0.25", steering)
    with pytest.raises(ActRefused, match="rien ne s'exécute avant"):
        write(fund, 2015, ActKind.EXECUTED, date(2014, 12, 31), programme_of(fund, 2015), steering)


def test_saying_the_same_again_moves_nothing(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    spend(fund, 2014, date(2014, 6, 30), "0.5", steering)
    with pytest.raises(NothingMoves):
        spend(fund, 2014, date(2014, 6, 30), "0.5", steering)


def test_the_second_writer_sees_the_first(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    stated = {PERSONNEL: Stated(Decimal(1480))}
    entry = entry_of(fund, 2014, ActKind.RECTIFIED, date(2014, 4, 10), stated, seen=0)
    act = record_act(entry=entry, by=steering, at=AT)
    with pytest.raises(ActMoved, match="budget rectificatif 1"):
        record_act(entry=entry, by=steering, at=AT)
    again = entry_of(fund, 2014, ActKind.RECTIFIED, date(2014, 4, 11), {PERSONNEL: Stated(Decimal(1481))}, seen=act.pk)
    assert record_act(entry=again, by=steering, at=AT).number == 2


@pytest.mark.parametrize(("model", "change"), [(BudgetAct, {"number": 9}), (Movement, {"amount": 0})])
def test_the_database_refuses_to_rewrite(
    convention: Convention, steering: User, model: type, change: dict[str, int]
) -> None:
    vote(fund_of(convention), 2014, steering)
    for attempt in (lambda: model.objects.all().delete(), lambda: model.objects.update(**change)):
        with pytest.raises(Error), transaction.atomic():
            attempt()
    assert BudgetAct.objects.get().number == 1


def test_an_amendment_moves_the_programme_and_leaves_the_signed_one(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    write(fund, 2015, ActKind.AMENDMENT, date(2014, 12, 1), {COMPUTING: Stated(Decimal("110.24"))}, steering)
    ledger = read_ledger(fund=fund)
    amounts = ledger.completed(Measure.PROGRAMME, 2015).amounts
    assert amounts[COMPUTING] == Decimal("110.24")
    assert amounts[30] == Decimal("2164.82")  # 2 156,82 printed + 8,00
    assert ledger.printed[COMPUTING, "2015"] == Decimal("102.24")
    assert ledger.completed(Measure.PROGRAMME, 2014).amounts[30] == Decimal("2162.94")


def test_unused_credits_are_carried_over_within_what_may_be(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2013, steering)
    vote(fund, 2014, steering)
    report = {OPERATING: Stated(Decimal(10))}
    with pytest.raises(ActRefused, match="2013 n'est pas clos"):
        write(fund, 2014, ActKind.CARRY_OVER, date(2014, 4, 10), report, steering)
    spend(fund, 2013, date(2013, 12, 31), "0.98", steering)
    page = carry_statement(fund=fund, exercise=2013)
    by_line = {row.line.position: row.left for row in page.origins}
    assert by_line[PERSONNEL].carriable == Decimal("28.7792")
    assert (by_line[RESERVE].carriable, by_line[RESERVE].cancelled) == (Decimal(0), Decimal("0.122"))
    assert (by_line[PAID].carriable, by_line[PAID].cancelled) == (Decimal(0), Decimal("1.9"))
    assert page.acts_needed == ["vote du conseil d'administration"]
    with pytest.raises(ActRefused, match="au plus 37,6938 M€"):
        write(fund, 2014, ActKind.CARRY_OVER, date(2014, 4, 10), {OPERATING: Stated(Decimal(38))}, steering)
    with pytest.raises(ActRefused, match="un report va à des dépenses limitatives"):
        write(fund, 2014, ActKind.CARRY_OVER, date(2014, 4, 10), {PAID: Stated(Decimal(1))}, steering)
    write(fund, 2014, ActKind.CARRY_OVER, date(2014, 4, 10), report, steering)
    page = carry_statement(fund=fund, exercise=2013)
    assert (page.carried, page.not_carried) == (Decimal(10), Decimal("27.6938"))
    assert [row.label for row in page.destinations] == ["les autres dépenses de fonctionnement"]


def test_nothing_is_carried_out_of_the_last_year(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    stated = {position: Stated(row.amount, None, "") for position, row in programme_of(fund, 2017).items()}
    entry = entry_of(fund, 2017, ActKind.INITIAL, date(2015, 1, 1), stated)
    record_act(entry=entry, by=steering, at=AT)
    page = carry_statement(fund=fund, exercise=2017)
    assert page.is_last_year
    assert all(row.left.article is None or not row.left.allowed for row in page.origins)


def test_conformity_counts_what_the_convention_lets_in(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    assert conformity_page(fund=fund, exercise=2014).conforms is None
    vote(fund, 2014, steering)
    assert conformity_page(fund=fund, exercise=2014).conforms is True
    write(fund, 2014, ActKind.RECEIPTS, date(2014, 4, 10), {OPERATING: Stated(Decimal(2))}, steering)
    assert conformity_page(fund=fund, exercise=2014).conforms is True
    write(fund, 2014, ActKind.RECTIFIED, date(2014, 4, 11), {OPERATING: Stated(Decimal("247.48"))}, steering)
    page = conformity_page(fund=fund, exercise=2014)
    row = next(row for row in page.rows if row.group.code == "fonctionnement")
    assert (page.conforms, row.result.gap) == (False, Decimal("0.01"))


def test_what_comes_from_the_fnas_raises_what_the_staff_may_open(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    vote(fund, 2014, steering)
    write(fund, 2014, ActKind.RECTIFIED, date(2014, 4, 11), {PERSONNEL: Stated(Decimal("1484.61"))}, steering)
    page = conformity_page(fund=fund, exercise=2014)
    row = next(row for row in page.rows if row.group.code == "personnel")
    assert row.result.adjustments == {"virement du Fnas": Decimal("5.15")}
    assert (page.conforms, row.result.gap) == (True, Decimal(0))


def test_the_nurseries_are_capped_over_the_term_only(convention: Convention, steering: User) -> None:
    fund = fund_of(convention, "fnas")
    vote(fund, 2013, steering)
    [(group, cap)] = conformity_page(fund=fund, exercise=2013).caps
    assert (group.code, cap.cap) == ("creches", Decimal(819737))
    assert cap.unknown_years == (2013, 2014, 2015, 2016, 2017)
    forecast(fund, 2013, date(2013, 3, 31), steering, share="1.5")
    [(_, cap)] = conformity_page(fund=fund, exercise=2013).caps
    assert not cap.is_exceeded
    assert cap.spent == cap.by_year[2013] > 0


def test_the_term_has_a_total_only_when_every_year_is_known(convention: Convention, steering: User) -> None:
    fund = fund_of(convention)
    programme = term_table(ledger=read_ledger(fund=fund), measure=Measure.PROGRAMME)
    by_line = {row.line.position: row for row in programme.rows}
    assert by_line[PERSONNEL].total.amount == Decimal("7397.21")
    assert by_line[15].total.amount is None  # Pni Mayotte is printed for 2017 alone
    vote(fund, 2013, steering)
    voted = term_table(ledger=read_ledger(fund=fund), measure=Measure.VOTED)
    assert voted.known_years == [2013]
    assert all(row.total.amount is None for row in voted.rows)
