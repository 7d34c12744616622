"""Who is told of what: from an act just recorded to the people it concerns, in words, with the page to open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse

from cog.enums import NotificationKind
from cog.models import AuditEvent, Convention, User
from cog.permissions import Permission, people_of_caisse, users_with
from cog.queries import current_convention
from indicators.queries.batches import sender_of
from reports.papers import every_edition, every_sent


@dataclass(frozen=True)
class Notice:
    """What is told: its kind, its words, its page, and to whom."""

    kind: NotificationKind
    text: str
    url: str
    people: Iterable[User]


def notice_of(event: AuditEvent) -> Notice | None:
    """What an act tells to people; None for most."""
    rule = RULES.get(event.action)
    convention = current_convention() if rule else None
    return rule(event, convention) if rule and convention else None


def _sent(event: AuditEvent, convention: Convention) -> Notice:
    text = f"Transmis à l'État : {event.subject}"
    people = [*users_with(Permission.ANNOTATE_TRANSMISSION), *users_with(Permission.TRANSMIT)]
    return Notice(NotificationKind.SENT, text, _transmission(event, convention), people)


def _note(event: AuditEvent, convention: Convention) -> Notice | None:
    url, kind = _transmission(event, convention) + "#notes", event.details.get("kind")
    if kind == "reponse":
        text = f"Réponse de la Cnaf sur : {event.subject}"
        return Notice(NotificationKind.ANSWER, text, url, users_with(Permission.ANNOTATE_TRANSMISSION))
    words = {"question": "Question de la tutelle", "observation": "Observation de la tutelle"}.get(str(kind))
    if words is None:
        return None
    people = users_with(Permission.ANSWER_STATE)
    return Notice(NotificationKind.QUESTION, f"{words} sur : {event.subject}", url, people)


def _asked(event: AuditEvent, convention: Convention) -> Notice:
    text = f"Validation demandée à l'État : {event.subject}"
    url = reverse("commitments") + "#validations"
    return Notice(NotificationKind.VALIDATION, text, url, users_with(Permission.SPEAK_FOR_STATE))


def _answered(event: AuditEvent, convention: Convention) -> Notice:
    text = f"L'État a répondu à une demande de validation : {event.subject}"
    url = reverse("commitments") + "#validations"
    return Notice(NotificationKind.VALIDATION, text, url, users_with(Permission.RECORD_PROGRESS))


def _agreed(event: AuditEvent, convention: Convention) -> Notice:
    known = {str(row): row.pk for row in every_edition(convention=convention)}
    url = reverse("edition", args=[known[event.subject]]) if event.subject in known else reverse("documents")
    text = f"La tutelle a donné son accord, à présenter au conseil : {event.subject}"
    return Notice(NotificationKind.BOARD, text, url, users_with(Permission.PRODUCE_REPORT))


def _file(word: str) -> "Rule":
    def told(event: AuditEvent, convention: Convention) -> Notice | None:
        key = event.details.get("batch")
        sender = sender_of(key) if key else None
        if sender is None:
            return None
        return Notice(NotificationKind.FILE, f"{word} : {event.subject}", reverse("batch", args=[key]), [sender])

    return told


def _reminder(event: AuditEvent, convention: Convention) -> Notice:
    code, _, period = event.subject.partition(" ")
    url = f"{reverse('due-body', args=[code])}?transmission={period}"
    text = f"Rappel : il manque des remontées pour la transmission {period}"
    return Notice(NotificationKind.REMINDER, text, url, people_of_caisse(convention, code))


def _transmission(event: AuditEvent, convention: Convention) -> str:
    known = {str(row): row.pk for row in every_sent(convention=convention)}
    return reverse("transmission", args=[known[event.subject]]) if event.subject in known else reverse("transmissions")


Rule = Callable[[AuditEvent, Convention], Notice | None]

RULES: dict[str, Rule] = {
    "quarter.transmitted": _sent,
    "edition.transmitted": _sent,
    "report.transmitted": _sent,
    "document.transmitted": _sent,
    "note.written": _note,
    "actions.validation_asked": _asked,
    "actions.validation_answered": _answered,
    "edition.agreed": _agreed,
    "observations.accepted": _file("Fichier accepté"),
    "observations.abandoned": _file("Fichier abandonné"),
    "reminder.sent": _reminder,
}
"""What each act tells, by the act."""
