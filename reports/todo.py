"""« À faire »: what is due, by whom, when, with the page where it is done; one short list for each reader.

Each part asks one permission, so that a reader with two roles has both lists.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from actions.compute.timeliness import Timeliness
from actions.queries import ActionView
from actions.queries.state_part import validations_waiting
from budgets.queries.transfers import informations_due
from cog.calendar import State
from cog.enums import JobState, ObligationFamily
from cog.models import Convention
from cog.permissions import Permission, Scope, can, jobs_visible_to, own_caisses, own_fiches, scopes
from cog.queries import DatedRestitution, counted, dated_restitutions
from indicators.enums import BatchState
from indicators.queries.batches import batches_visible_to
from indicators.queries.due import due_quarter
from indicators.queries.explanations import missing_explanations
from reports.campaign_queries import CampaignLine, explanations_url
from reports.delivered import delivered
from reports.papers import calendar_rows, every_sent
from reports.report_queries import last_editions, readable_states, waiting_steps
from reports.transmitted import QUARTERS, listed

SOON = 30
"""Days before a date from which what is owed then is in the list."""

MOST = 3
"""How many documents owed are listed before « et d'autres »."""


@dataclass(frozen=True)
class Todo:
    """One thing to do: `who` does it, by when, on which page. `count` opens the sentence where there are several."""

    what: str
    who: str
    url: str
    button: str
    due: date | None = None
    late: bool = False
    count: int | None = None
    simulated: bool = False


def todo_of(
    user: Any, *, convention: Convention, at: date, today: date, views: list[ActionView], campaign: CampaignLine | None
) -> list[Todo]:
    """Everything the reader has to do: what is late first, then by date, then what has none."""
    counts = _counts(user, convention, today)
    found = [
        *_campaign(user, campaign),
        *_questions(user, convention),
        *_steps(user, convention),
        *_budgets(user, convention, today),
        *_files(counts),
        *_documents(user, convention, today),
        *_own_fiches(user, convention, views, campaign),
        *_own_caisse(user, convention, campaign, today),
        *_state(user, convention, counts),
        *_others(user, convention),
        *_jobs(counts),
    ]
    return sorted(found, key=lambda one: (not one.late, one.due is None, one.due or date.max))


def _campaign(user: Any, campaign: CampaignLine | None) -> Iterator[Todo]:
    if campaign is not None and can(user, Permission.TRANSMIT):
        what = f"Transmettre à l'État les résultats du {campaign.period.label}"
        url = reverse("campaign", args=[campaign.period])
        yield Todo(what, "le pilotage", url, "Ouvrir la campagne", campaign.due, campaign.state == "en_retard")


def _questions(user: Any, convention: Convention) -> Iterator[Todo]:
    """What the State asked and nobody answered, transmission by transmission."""
    if not can(user, Permission.ANSWER_STATE):
        return
    for sent in every_sent(convention=convention):
        if sent.waiting:
            asked = f"question{'s' if sent.waiting > 1 else ''} de la tutelle sur le n° {sent.receipt_number}"
            url = reverse("transmission", args=[sent.pk]) + "#notes"
            yield Todo(asked, "le pilotage", url, "Répondre", count=sent.waiting, simulated=sent.simulated)


def _steps(user: Any, convention: Convention) -> Iterator[Todo]:
    """What the bilans wait for: the next state from the Cnaf, the agreement from the State."""
    produces, agrees = (can(user, one) for one in (Permission.PRODUCE_REPORT, Permission.ANNOTATE_TRANSMISSION))
    if not produces and not agrees:
        return
    for edition, step in waiting_steps(convention=convention):
        url, told = reverse("edition", args=[edition.pk]), str(edition)
        if produces and not step.wait:
            yield Todo(f"{step.title} : {told}", "le pilotage", url, "Continuer", simulated=edition.simulated)
        elif agrees and step.wait:
            yield Todo(f"Donner son accord au document commun : {told}", "la tutelle", url, "Lire et répondre")


def _budgets(user: Any, convention: Convention, today: date) -> Iterator[Todo]:
    if not can(user, Permission.KEEP_BUDGETS):
        return
    due = informations_due(convention=convention)
    if due:
        what = f"information{'s' if len(due) > 1 else ''} de virement à donner"
        simulated = any(one.transfer.simulated for one in due)
        url, first = reverse("budget-transfers"), due[0].due
        yield Todo(what, "le directeur", url, "Voir les virements", first, first < today, len(due), simulated)


def _counts(user: Any, convention: Convention, today: date) -> dict[str, int]:
    """What waits and is only counted, in one query; nothing of what is not the reader's."""
    rows: dict[str, QuerySet[Any]] = {}
    if can(user, Permission.ACCEPT_OBSERVATIONS):
        files = batches_visible_to(user, convention=convention)
        rows["ready"] = files.filter(state=BatchState.CHECKED)
        if Scope.ALL not in scopes(user, Permission.ACCEPT_OBSERVATIONS):
            rows["refused"] = files.filter(state=BatchState.REFUSED)
    if can(user, Permission.SPEAK_FOR_STATE):
        rows["validations"] = validations_waiting(convention=convention)
    if Scope.ALL in scopes(user, Permission.SEE_JOBS):
        jobs = jobs_visible_to(user)
        rows["failed"] = jobs.filter(state=JobState.FAILED, created_at__date__gte=today - timedelta(days=SOON))
        rows["running"] = jobs.filter(state__in=(JobState.WAITING, JobState.RUNNING))
    return counted(convention=convention, **rows) if rows else {}


def _files(counts: dict[str, int]) -> Iterator[Todo]:
    """Files that someone must accept, and those that were refused and wait for a better one."""
    url = reverse("batches")
    if ready := counts.get("ready"):
        many = "s" if ready > 1 else ""
        what = f"fichier{many} contrôlé{many} à accepter ou à abandonner"
        yield Todo(what, "qui l'a envoyé", f"{url}?etat={BatchState.CHECKED}", "Décider", count=ready)
    if refused := counts.get("refused"):
        many = "s" if refused > 1 else ""
        what = f"fichier{many} refusé{many} à corriger"
        yield Todo(what, "votre caisse", f"{url}?etat={BatchState.REFUSED}", "Voir les anomalies", count=refused)


def _documents(user: Any, convention: Convention, today: date) -> Iterator[Todo]:
    """The documents owed soon, or late, but for results and bilans, which have their own lines."""
    if not can(user, Permission.TRANSMIT):
        return
    own = (ObligationFamily.RESULTS, ObligationFamily.REPORT)
    rows = [row for row in _pressing(convention, today) if row.restitution.obligation.family not in own]
    late = [row for row in rows if row.state is State.EN_RETARD]
    if late:
        many = "s" if len(late) > 1 else ""
        what = f"document{many} dû{many} dont la remise n'est pas enregistrée"
        url = f"{reverse('owed')}?etat=en_retard"
        yield Todo(what, "le pilotage", url, "Voir la liste", late[0].restitution.due, True, len(late))
    url = f"{reverse('calendar')}?au={today:%Y-%m-%d}"
    for row in [row for row in rows if row.state is not State.EN_RETARD][:MOST]:
        yield Todo(row.restitution.obligation.title, "le pilotage", url, "Voir le calendrier", row.restitution.due)


def _pressing(convention: Convention, today: date) -> list[DatedRestitution]:
    """What is late, or due within a month."""
    dates, done = calendar_rows(convention=convention), delivered(convention=convention)
    rows = dated_restitutions(convention=convention, at=today, delivered=done, rows=dates)
    limit = today + timedelta(days=SOON)
    return [
        row
        for row in rows
        if row.restitution.due is not None
        and row.restitution.due <= limit
        and row.state in (State.EN_RETARD, State.BIENTOT_DUE)
    ]


def _own_fiches(
    user: Any, convention: Convention, views: list[ActionView], campaign: CampaignLine | None
) -> Iterator[Todo]:
    """What a direction owes on its own fiches: where their actions are, and why results fall short."""
    if Scope.OWN_FICHES not in scopes(user, Permission.RECORD_PROGRESS):
        return
    keys = own_fiches(user)
    own = sorted({view.action.fiche.number for view in views if view.action.fiche_id in keys})
    for number in own:
        yield from _of_fiche(number, [view for view in views if view.action.fiche.number == number])
    if campaign is None:
        return
    missing = missing_explanations(convention=convention, period=str(campaign.period))
    for number in own:
        asked = [one for one in missing if one.indicator.fiche.number == number]
        if asked:
            what = f"écart{'s' if len(asked) > 1 else ''} à expliquer sur la fiche n° {number}, {campaign.period.label}"
            url = f"{explanations_url(campaign.period)}&fiche={number}"
            simulated = any(one.simulated for one in asked)
            late = campaign.state == "en_retard"
            yield Todo(what, "votre direction", url, "Expliquer", campaign.due, late, len(asked), simulated)


def _of_fiche(number: int, views: Iterable[ActionView]) -> Iterator[Todo]:
    held = list(views)
    url = reverse("action-grid", args=[number])
    simulated = any(view.last is not None and view.last.simulated for view in held)
    late = [view for view in held if view.is_late]
    if late:
        ends = [view.end for view in late if view.end is not None]
        what = f"action{'s' if len(late) > 1 else ''} en retard sur la fiche n° {number}"
        yield Todo(what, "votre direction", url, "Dire où elles en sont", min(ends), True, len(late), simulated)
    soon = [view for view in held if view.timeliness is Timeliness.BIENTOT_ECHUE]
    if soon:
        ends = [view.end for view in soon if view.end is not None]
        what = f"action{'s' if len(soon) > 1 else ''} à achever dans les 90 jours, fiche n° {number}"
        yield Todo(what, "votre direction", url, "Saisir l'avancement", min(ends), count=len(soon), simulated=simulated)
    words = sum(view.word_due for view in held)
    if words:
        what = f"mot{'s' if words > 1 else ''} de l'année à écrire, actions « en continu » de la fiche n° {number}"
        yield Todo(what, "votre direction", url, "Écrire", count=words)


def _own_caisse(user: Any, convention: Convention, campaign: CampaignLine | None, today: date) -> Iterator[Todo]:
    """What one's caisse still owes for the quarter people work on."""
    if campaign is None or Scope.OWN_CAISSE not in scopes(user, Permission.SEND_OBSERVATIONS):
        return
    owed = due_quarter(convention=convention, transmission=campaign.period, at=today, bodies=own_caisses(user))
    for line in owed.by_body():
        if line.absent:
            many = "s" if line.absent > 1 else ""
            what = f"valeur{many} à envoyer pour le {campaign.period.label}, {line.subject.name}"
            url = f"{reverse('due-body', args=[line.subject.code])}?transmission={campaign.period}"
            yield Todo(what, "votre caisse", url, "Voir ce qui manque", owed.due, owed.is_past, line.absent)


def _state(user: Any, convention: Convention, counts: dict[str, int]) -> Iterator[Todo]:
    """What the State is asked: to acknowledge what it received, to answer what it is asked to agree to."""
    if can(user, Permission.ANNOTATE_TRANSMISSION):
        last = next(iter(listed(convention=convention, kinds=QUARTERS)), None)
        if last is not None and not last.acknowledged:
            what = f"Accuser réception du {last.period_label}, reçu n° {last.receipt_number}"
            url = reverse("transmission", args=[last.pk]) + "#notes"
            yield Todo(what, "la tutelle", url, "Lire et accuser réception", simulated=last.simulated)
    if waiting := counts.get("validations"):
        many = "s" if waiting > 1 else ""
        what = f"validation{many} demandée{many} par la Cnaf"
        yield Todo(what, "la tutelle", reverse("commitments") + "#validations", "Répondre", count=waiting)


def _others(user: Any, convention: Convention) -> Iterator[Todo]:
    """For those who only read: the document to read, the file of a mission."""
    if can(user, Permission.READ_PUBLISHED) and not can(user, Permission.READ_TRANSMITTED):
        for edition in last_editions(convention=convention, states=readable_states(user), limit=1):
            what = f"Lire : {edition}, {edition.get_state_display()}"
            yield Todo(what, "vous", reverse("edition", args=[edition.pk]), "Lire", simulated=edition.simulated)
    if can(user, Permission.EXPORT_MISSION) and not can(user, Permission.TRANSMIT):
        yield Todo("Produire le dossier de la mission", "vous", reverse("mission"), "Ouvrir")


def _jobs(counts: dict[str, int]) -> Iterator[Todo]:
    url = reverse("jobs")
    if failed := counts.get("failed"):
        what = "travail de fond en échec" if failed == 1 else "travaux de fond en échec"
        yield Todo(what, "l'exploitation", url, "Voir les travaux", late=True, count=failed)
    if running := counts.get("running"):
        what = "travail de fond en cours ou en attente" if running == 1 else "travaux de fond en cours ou en attente"
        yield Todo(what, "l'exploitation", url, "Suivre", count=running)
