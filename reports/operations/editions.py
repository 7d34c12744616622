"""Asking for an edition, producing it, taking it further. A PDF is written once and served from storage."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from cog import audit, jobs
from cog.models import Convention, User
from cog.permissions import Permission, can
from cog.storage import keep_whole
from reports.annual_editions import Standing, changed_since, following
from reports.annual_parts import remarks_payload
from reports.annual_queries import annual_payload
from reports.annual_report import Payload
from reports.enums import DocumentKind, EditionState, TransmissionKind
from reports.evaluation_queries import evaluation_payload, final_evaluation
from reports.final_evaluation import restated
from reports.models import Edition, EditionAgreement, SynthesisText
from reports.operations.packages import public_package
from reports.operations.sending import Leaving, NotAllowed, send, tell
from reports.report_queries import due_of, last_report_sent, next_step, remarks_on, written_sentences
from reports.snapshot import digest
from reports.synthesis import Sentence, faults

Progress = Callable[[int, int, str], None]


class EditionRefused(Exception):
    """The edition cannot be asked for; the message says why, in French."""


class SentenceRefused(Exception):
    """These words cannot stand in place of the sentence; `faults` says everything that is wrong."""

    def __init__(self, found: list[str]) -> None:
        self.faults = found
        super().__init__(" ".join(found))


# --- Asking ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def request_annual_report(*, convention: Convention, year: int, by: User, at: datetime) -> Edition:
    """Number a new draft edition of the year's bilan and ask a worker for it; the one already under way is returned."""
    _lock(convention)
    return _draft(convention, DocumentKind.ANNUAL, year, by, at)


@transaction.atomic
def request_evaluation_report(*, convention: Convention, by: User, at: datetime) -> Edition:
    """The same for the report of the final evaluation, which bears the last year of the convention.

    Raises EditionRefused while the evaluation is not opened.
    """
    _lock(convention)
    if final_evaluation(convention=convention) is None:
        raise EditionRefused("L'évaluation finale n'est pas ouverte.")
    return _draft(convention, DocumentKind.EVALUATION, convention.end.year, by, at)


def _draft(convention: Convention, kind: DocumentKind, year: int, by: User, at: datetime) -> Edition:
    under_way = _under_way(convention, kind, year).filter(state=EditionState.DRAFT).first()
    return under_way or _asked(_numbered(convention, kind, year, by, at), by, at)


@transaction.atomic
def request_following(
    *,
    edition: Edition,
    state: EditionState,
    by: User,
    at: datetime,
    presented_on: date | None = None,
    reason: str = "",
) -> Edition:
    """Ask for the edition that follows a printed one: sent to the State, common, presented to the board (l. 12255).

    `reason`: why a project that was sent already is sent again; `presented_on`: the day of the board, for the last
    state. Raises NotAllowed, EditionRefused with what is missing.
    """
    needed = Permission.TRANSMIT if state is EditionState.SENT else Permission.PRODUCE_REPORT
    if not can(by, needed):
        raise NotAllowed(f"Le compte {by.email} ne permet pas de {needed.value}.")
    _lock(edition.convention)
    step = next_step(edition)
    if step is None or step.state is not state:
        raise EditionRefused(f"{edition} : une édition plus récente la remplace, ou cet état ne la suit pas.")
    if step.wait:
        raise EditionRefused(step.wait)
    if _under_way(edition.convention, edition.kind, edition.year).exists():
        raise EditionRefused("Une autre édition de cet exercice est en cours de production : attendre sa fin.")
    if state is EditionState.SENT and last_report_sent(convention=edition.convention, year=edition.year) and not reason:
        raise EditionRefused("Un projet de cet exercice est déjà transmis : dire pourquoi celui-ci le remplace.")
    if state is EditionState.PUBLISHED:
        _check_day(presented_on, timezone.localdate(edition.agreement.agreed_at), timezone.localdate(at))
    told = {"state": state, "origin": edition, "presented_on": presented_on}
    after = _numbered(edition.convention, edition.kind, edition.year, by, at, **told)
    return _asked(after, by, at, reason=reason)


def _check_day(presented_on: date | None, agreed_on: date, today: date) -> None:
    if presented_on is None:
        raise EditionRefused("Dire le jour de la séance du conseil : trouvé aucune date.")
    if not agreed_on <= presented_on <= today:
        raise EditionRefused(
            f"Trouvé la séance du {presented_on:%d/%m/%Y}, attendu un jour entre l'accord de la tutelle, le"
            f" {agreed_on:%d/%m/%Y}, et aujourd'hui."
        )


def _lock(convention: Convention) -> None:
    """Editions of a convention are numbered one at a time."""
    Convention.objects.select_for_update().get(pk=convention.pk)


def _under_way(convention: Convention, kind: str, year: int) -> QuerySet[Edition]:
    rows = Edition.objects.filter(convention=convention, kind=kind, year=year, file="")
    return rows.filter(job__finished_at__isnull=True, job__isnull=False)


def _numbered(convention: Convention, kind: str, year: int, by: User, at: datetime, **more: Any) -> Edition:
    rows = Edition.objects.filter(convention=convention, kind=kind, year=year)
    last = rows.aggregate(last=Max("number"))["last"] or 0
    told = {"state": EditionState.DRAFT, "requested_at": at, "requested_by": by} | more
    return Edition.objects.create(convention=convention, kind=kind, year=year, number=last + 1, **told)


def _asked(edition: Edition, by: User, at: datetime, **more: str) -> Edition:
    arguments = {"edition": edition.pk, "at": at.isoformat()} | more
    edition.job = jobs.submit(kind=edition.kind, arguments=arguments, by=by, at=at)
    edition.save(update_fields=["job"])
    return edition


def draft_annual_report(*, convention: Convention, year: int, by: User, at: datetime, progress: Progress) -> Edition:
    """Produce a draft at once, for the command line; only its number and its end are written under a lock."""
    return _drafted(convention, DocumentKind.ANNUAL, year, by, at, progress)


def draft_evaluation_report(*, convention: Convention, by: User, at: datetime, progress: Progress) -> Edition:
    """The same for the report of the final evaluation. Raises EditionRefused while it is not opened."""
    if final_evaluation(convention=convention) is None:
        raise EditionRefused("L'évaluation finale n'est pas ouverte.")
    return _drafted(convention, DocumentKind.EVALUATION, convention.end.year, by, at, progress)


def _drafted(
    convention: Convention, kind: DocumentKind, year: int, by: User, at: datetime, progress: Progress
) -> Edition:
    with transaction.atomic():
        _lock(convention)
        edition = _numbered(convention, kind, year, by, at)
    try:
        return produce_edition(edition=edition, by=by, at=at, progress=progress)
    except BaseException:
        Edition.objects.filter(pk=edition.pk, file="").delete()  # a number without a document would puzzle its readers
        raise


# --- Producing -------------------------------------------------------------------------------------------------------


def produce_edition(*, edition: Edition, by: User, at: datetime, progress: Progress, reason: str = "") -> Edition:
    """Gather the content, print it, store both with their digests; one already produced is returned untouched.

    The content is kept before it is printed: a worker that takes over after a crash prints the same. A project for the
    State is sent in the transaction that stores it. Raises jobs.JobRefused when it may not be produced as it stands.
    """
    from reports.evaluation_printing import print_edition  # two seconds of import that only printing should pay

    if edition.is_ready:
        return edition
    if edition.payload is None:
        gathered = _content(edition, at, progress)
        told = {"payload": gathered, "payload_sha256": digest(gathered), "simulated": gathered["simulated"]}
        Edition.objects.filter(pk=edition.pk, payload__isnull=True).update(**told)
        edition.refresh_from_db()  # the content another worker kept meanwhile is the one
    payload = edition.payload
    total = sum(len(domain["fiches"]) for domain in payload.get("domains", [])) + 2
    progress(total - 2, total, "compose le document")
    pdf = print_edition(payload)
    progress(total - 1, total, "enregistre le document")
    with transaction.atomic():
        locked = Edition.objects.select_for_update(of=("self",)).select_related("convention").get(pk=edition.pk)
        if locked.is_ready:
            return locked
        locked.file_sha256 = hashlib.sha256(pdf).hexdigest()
        name = f"{locked.kind}-{locked.year}-{locked.number}-{locked.file_sha256[:12]}.pdf"
        keep_whole(locked.file, name, pdf)
        locked.save()
        details = {"payload_sha256": locked.payload_sha256, "file_sha256": locked.file_sha256, "state": locked.state}
        audit.record(action="edition.produced", subject=str(locked), by=by, at=at, details=details)
        if locked.state == EditionState.SENT:
            _transmit(locked, payload, by, at, reason)
        if locked.state == EditionState.PUBLISHED and locked.kind == DocumentKind.ANNUAL:
            public_package(edition=locked, by=by, at=at)
    progress(total, total, "terminé")
    return locked


def _content(edition: Edition, at: datetime, progress: Progress) -> Payload:
    """The content of an edition: a draft is gathered, a later state keeps the figures of the one it comes from."""
    produced_on = timezone.localdate(at)
    origin = edition.origin
    if edition.kind == DocumentKind.EVALUATION:
        return _evaluation_content(edition, produced_on, progress)
    standing = Standing(edition.state, edition.number, produced_on, edition.presented_on)
    if edition.state in (EditionState.DRAFT, EditionState.SENT):
        fresh = annual_payload(
            convention=edition.convention,
            year=edition.year,
            state=edition.state,
            number=edition.number,
            produced_on=produced_on,
            beat=progress,
        )
        if origin is None:
            return fresh
        if moved := changed_since(origin.payload, fresh):
            raise jobs.JobRefused(
                f"Le contenu a changé depuis {origin} : {', '.join(moved)}. Produire un nouveau projet, le relire, puis"
                " le transmettre."
            )
    assert origin is not None  # noqa: S101 - the database holds it
    if edition.state == EditionState.PUBLISHED:
        return following(origin.payload, standing)
    said = written_sentences(convention=edition.convention, year=edition.year)
    remarks = None
    if edition.state == EditionState.COMMON:
        titles = {sheet["code"]: sheet["title"] for sheet in origin.payload["sheets"]}
        threads = remarks_on(convention=edition.convention, year=edition.year)
        remarks = remarks_payload(threads, titles, timezone.localdate)
    return following(origin.payload, standing, said=said, remarks=remarks)


def _evaluation_content(edition: Edition, produced_on: date, progress: Progress) -> Payload:
    """The report of the evaluation: what is presented to the board is word for word what the State agreed to."""
    told = {"state": edition.state, "number": edition.number, "produced_on": produced_on}
    if edition.state == EditionState.PUBLISHED and edition.origin is not None:
        return restated(edition.origin.payload, presented_on=edition.presented_on, **told)
    evaluation = final_evaluation(convention=edition.convention)
    assert evaluation is not None  # noqa: S101 - nobody asks for its report before it is opened
    return evaluation_payload(evaluation=evaluation, beat=progress, **told)


def _transmit(edition: Edition, payload: Payload, by: User, at: datetime, reason: str) -> None:
    from reports.receipts import print_report_receipt  # idem

    convention, year = edition.convention, edition.year
    former = last_report_sent(convention=convention, year=year)
    leaving = Leaving(
        convention,
        TransmissionKind.REPORT,
        str(year),
        due_of(convention=convention, year=year),
        payload,
        print_report_receipt,
    )
    sent = send(leaving, former, by, at, reason)
    details = {"number": sent.number, "sha256": sent.sha256, "late": sent.late, "reason": sent.reason}
    audit.record(action="report.transmitted", subject=str(sent), by=by, at=at, details=details)
    transaction.on_commit(lambda: tell(sent), robust=True)


def produce_from_job(job: jobs.Job, beat: Progress) -> None:
    """What a worker does of a job asked by `request_annual_report` or `request_following`."""
    edition = Edition.objects.select_related("convention", "origin").get(pk=job.arguments["edition"])
    produce_edition(
        edition=edition,
        by=job.created_by,
        at=datetime.fromisoformat(job.arguments["at"]),
        progress=beat,
        reason=job.arguments.get("reason", ""),
    )


# --- What people say of it -------------------------------------------------------------------------------------------


@transaction.atomic
def agree_to_common(*, edition: Edition, by: User, at: datetime) -> EditionAgreement:
    """The State agrees to a common document as it was printed; nothing takes it back.

    Raises NotAllowed, EditionRefused.
    """
    if not can(by, Permission.ANNOTATE_TRANSMISSION):
        raise NotAllowed(f"Le compte {by.email} ne permet pas de {Permission.ANNOTATE_TRANSMISSION.value}.")
    _lock(edition.convention)
    edition = Edition.objects.select_related("convention", "agreement").get(pk=edition.pk)
    step = next_step(edition)
    if edition.state != EditionState.COMMON or step is None:
        raise EditionRefused(f"{edition} n'est pas le dernier document commun de son exercice.")
    if not step.wait:
        raise EditionRefused("L'accord sur ce document est déjà donné.")
    said = EditionAgreement.objects.create(edition=edition, agreed_at=at, agreed_by=by)
    audit.record(action="edition.agreed", subject=str(edition), by=by, at=at)
    return said


@transaction.atomic
def write_sentence(
    *, convention: Convention, year: int, sentence: Sentence, text: str, by: User, at: datetime
) -> SynthesisText | None:
    """Put words in place of a sentence of the synthesis, from the next edition on; its own words give it back.

    None when nothing changes. Raises NotAllowed, SentenceRefused.
    """
    if not can(by, Permission.PRODUCE_REPORT):
        raise NotAllowed(f"Le compte {by.email} ne permet pas de {Permission.PRODUCE_REPORT.value}.")
    text = " ".join(text.split())
    if found := faults(text, sentence.figures):
        raise SentenceRefused(found)
    text = "" if text == sentence.template else text
    former = written_sentences(convention=convention, year=year).get(sentence.key)
    if (former.text if former else "") == text:
        return None
    row = SynthesisText.objects.create(
        convention=convention, year=year, key=sentence.key, text=text, written_at=at, written_by=by
    )
    before, after = {"text": former.text if former else ""}, {"text": text}
    audit.record(action="synthesis.written", subject=str(row), by=by, at=at, before=before, after=after)
    return row
