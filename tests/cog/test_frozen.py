"""What is frozen: the database refuses to change it, by whatever door, and says so in words."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from actions.models import Action, ActionProgress, CommitmentWord
from budgets.models import (
    Allotment,
    AllotmentRow,
    BudgetAct,
    EditionAnalysis,
    Fund,
    Movement,
    Statement,
    StatementLayout,
    Transfer,
    TransferAct,
    UnspentRow,
    UnspentStatement,
)
from cog import audit, frozen
from cog.models import Amendment, AuditEvent, AuditSeal, Convention, Organisation, StateCommitment, User
from cog.operations import command_account
from reports.enums import DocumentKind, EditionState, NoteKind, TransmissionKind
from reports.models import (
    DataPackage,
    Edition,
    EditionAgreement,
    EvaluationPosition,
    EvaluationReading,
    EvaluationShare,
    FinalEvaluation,
    StateNote,
    SynthesisText,
    Transmission,
)

pytestmark = pytest.mark.django_db

AT = datetime(2014, 4, 28, tzinfo=UTC)


@pytest.fixture
def rows(convention: Convention) -> dict[str, Any]:
    """A row in each frozen table."""
    by = command_account()
    sent = Transmission.objects.create(
        convention=convention,
        kind=TransmissionKind.QUARTER,
        period="2014-T1",
        number=1,
        due=date(2014, 4, 30),
        transmitted_at=AT,
        transmitted_by=by,
        payload="{}",
        sha256="0" * 64,
        receipt=b"%PDF",
        receipt_sha256="0" * 64,
    )
    note = StateNote.objects.create(
        transmission=sent, kind=NoteKind.QUESTION, text="Pourquoi ?", written_at=AT, written_by=by
    )
    audit.record(action="essai", subject="essai", by=by, at=AT)
    event = AuditEvent.objects.latest("pk")
    seal = AuditSeal.objects.create(sealed_to=0, seen_to=event.pk, count=0, sha256="0" * 64, made_on=AT.date())
    said = {"as_of": AT.date(), "recorded_at": AT, "recorded_by": by}
    word = ActionProgress.objects.create(action=Action.objects.first(), status="en_cours", **said)
    answer = CommitmentWord.objects.create(commitment=StateCommitment.objects.first(), status="en_cours", **said)
    shared = Allotment.objects.create(
        convention=convention,
        exercise=2014,
        number=1,
        envelope=1,
        guaranteed_part="0.7",
        cap="1.1",
        mean_growth=0,
        guaranteed_rate=0,
        act="essai",
        decided_on=AT.date(),
        recorded_at=AT,
        recorded_by=by,
    )
    steps = dict.fromkeys(("benefits", "previous", "prorata", "ceiling", "retained", "shared", "amount"), 1)
    part = AllotmentRow.objects.create(
        allotment=shared, organisation=Organisation.objects.first(), basis="prorata", **steps
    )
    state = UnspentStatement.objects.create(
        convention=convention,
        allotment=shared,
        exercise=2014,
        number=1,
        kept_at_most="0.06",
        closed_on=AT.date(),
        source="essai",
        recorded_at=AT,
        recorded_by=by,
    )
    edition = Edition.objects.create(
        convention=convention,
        kind=DocumentKind.ANNUAL,
        year=2014,
        number=1,
        state=EditionState.DRAFT,
        payload={},
        payload_sha256="0" * 64,
        file="essai.pdf",
        file_sha256="0" * 64,
        requested_at=AT,
        requested_by=by,
    )
    package = DataPackage.objects.create(
        convention=convention,
        edition=edition,
        files="fiches",
        file="essai.zip",
        file_sha256="0" * 64,
        requested_at=AT,
        requested_by=by,
    )
    amounts = dict.fromkeys(("dotation", "executed", "limit", "kept", "pooled", "overspent"), 1)
    unspent = UnspentRow.objects.create(statement=state, organisation=Organisation.objects.first(), **amounts)
    return {
        **_ledger_rows(by),
        **_evaluation_rows(convention, by),
        "cog_amendment": _amendment_in_force(convention, by),
        "budgets_unspentstatement": state,
        "budgets_unspentrow": unspent,
        "budgets_allotment": shared,
        "budgets_allotmentrow": part,
        "reports_transmission": sent,
        "reports_statenote": note,
        "reports_edition": edition,
        "reports_datapackage": package,
        "reports_editionagreement": EditionAgreement.objects.create(edition=edition, agreed_at=AT, agreed_by=by),
        "reports_synthesistext": SynthesisText.objects.create(
            convention=convention, year=2014, key="actions", text="Essai.", written_at=AT, written_by=by
        ),
        "cog_auditevent": event,
        "cog_auditseal": seal,
        "actions_actionprogress": word,
        "actions_commitmentword": answer,
    }


def _amendment_in_force(convention: Convention, by: User) -> Amendment:
    acts = {
        f"{gesture}_{part}": value
        for gesture in ("drafted", "approved", "entered")
        for part, value in (("at", AT), ("by", by))
    }
    act = {"title": "Essai", "reference": "Essai", "signatories": "Essai", "signed_on": AT.date()}
    return Amendment.objects.create(convention=convention, number=1, effective_on=AT.date(), **act, **acts)


def _evaluation_rows(convention: Convention, by: User) -> dict[str, Any]:
    """A row in each frozen table of the final evaluation, which is closed."""
    evaluation = FinalEvaluation.objects.create(convention=convention, opened_at=AT, opened_by=by)
    reading = EvaluationReading.objects.create(
        evaluation=evaluation,
        kind="indicateur",
        subject="F10-21",
        party="etat",
        revision=1,
        text="Lu.",
        written_at=AT,
        written_by=by,
    )
    own = {"evaluation": evaluation, "party": "etat"}
    share = EvaluationShare.objects.create(**own, up_to=reading, shared_at=AT, shared_by=by)
    held = EvaluationPosition.objects.create(**own, about=reading, stance="accord", taken_at=AT, taken_by=by)
    evaluation.closed_at, evaluation.closed_by = AT, by
    evaluation.save()
    return {
        "reports_finalevaluation": evaluation,
        "reports_evaluationreading": reading,
        "reports_evaluationshare": share,
        "reports_evaluationposition": held,
    }


def test_nothing_is_added_to_a_closed_evaluation(rows: dict[str, Any]) -> None:
    """By the database itself, whoever asks; open, the same row passes."""
    for table in frozen.CLOSED_WITH:
        row = rows[table]
        row.pk = None
        if table == "reports_evaluationreading":
            row.revision = 2
        with pytest.raises(IntegrityError, match="plus rien ne peut y entrer"), transaction.atomic():
            row.save(force_insert=True)
        frozen.thaw(connection, table)
        row.save(force_insert=True)
        frozen.freeze(connection, table)


def _ledger_rows(by: User) -> dict[str, Any]:
    """A row in each frozen table of the ledger."""
    fund = Fund.objects.get(code="fnga")
    first, second = fund.lines.filter(kind="component").order_by("position")[:2]
    said, named = {"recorded_at": AT, "recorded_by": by}, {"reference": "essai"}
    act = BudgetAct.objects.create(fund=fund, exercise=2014, kind="execute", number=1, dated=AT.date(), **said)
    transfer = Transfer.objects.create(
        fund=fund,
        exercise=2014,
        number=1,
        origin=first,
        destination=second,
        amount=1,
        reason="essai",
        verdict={},
        **said,
    )
    return {
        "budgets_budgetact": act,
        "budgets_movement": Movement.objects.create(act=act, line=first, amount=1),
        "budgets_transferact": TransferAct.objects.create(
            transfer=transfer, kind="vote", dated=AT.date(), reference="essai", **said
        ),
        "budgets_statement": Statement.objects.create(
            layout=StatementLayout.objects.first(), exercise=2014, number=1, dated=AT.date(), cells={}, **said, **named
        ),
        "budgets_editionanalysis": EditionAnalysis.objects.create(
            fund=fund, exercise=2014, number=4, text="essai", written_at=AT, written_by=by
        ),
    }


def test_each_frozen_table_has_its_row_here(rows: dict[str, Any]) -> None:
    assert set(rows) == set(frozen.TABLES)
    assert {row._meta.db_table for row in rows.values()} == set(frozen.TABLES)


@pytest.mark.parametrize("table", frozen.TABLES)
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id WHERE id = %s", "DELETE FROM {} WHERE id = %s"])
def test_direct_sql_is_refused(rows: dict[str, Any], table: str, sql: str) -> None:
    with (
        pytest.raises(IntegrityError, match="ne change plus"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table), [rows[table].pk])
    rows[table].refresh_from_db()


@pytest.mark.parametrize("table", frozen.TABLES)
def test_the_orm_is_refused_too(rows: dict[str, Any], table: str) -> None:
    for change in (rows[table].save, rows[table].delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("table", frozen.TABLES)
def test_a_table_cannot_be_emptied_at_once(rows: dict[str, Any], table: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite n'a pas TRUNCATE")
    with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing pending that would refuse it for another reason
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", frozen.TABLES)
def test_thawed_the_row_would_move(rows: dict[str, Any], table: str) -> None:
    """The refusal is the trigger's own: without it the same statement passes."""
    assert frozen.is_frozen(connection, table)
    frozen.thaw(connection, table)
    assert not frozen.is_frozen(connection, table)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id WHERE id = %s", [rows[table].pk])
        assert cursor.rowcount == 1
    frozen.freeze(connection, table)


@pytest.mark.django_db(transaction=True)
def test_the_migration_goes_back_and_forth() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("reports", "0001_initial")])
    executor = MigrationExecutor(connection)
    executor.migrate([("reports", "0002_transmissions")])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO cog_auditevent (at, action, subject, details) VALUES (%s, '', '', '{}')", [AT])
        cursor.execute("DELETE FROM cog_auditevent")
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())  # what empties the database after this test knows every table


def test_an_edition_may_be_written_until_it_is_printed(convention: Convention) -> None:
    by = command_account()
    edition = Edition.objects.create(
        convention=convention,
        kind=DocumentKind.ANNUAL,
        year=2014,
        number=1,
        state=EditionState.DRAFT,
        requested_at=AT,
        requested_by=by,
    )
    edition.payload, edition.payload_sha256 = {}, "0" * 64
    edition.save()
    edition.file, edition.file_sha256 = "essai.pdf", "0" * 64
    edition.save()
    with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic():
        edition.save()
