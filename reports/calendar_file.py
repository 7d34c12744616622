"""A calendar file (iCalendar, RFC 5545) from plain events. PURE: the same events give the same bytes.

An event is a whole day. Its UID comes from what it is about, never from its words: a title reworded, an action renamed
or a deadline moved changes the event that is already in someone's calendar, it adds no other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

DOMAIN = "suivi-cog"


@dataclass(frozen=True, slots=True)
class DayEvent:
    """Something due on a day. `revision`: how many times its day was changed; `key`: what it is about."""

    key: str
    day: date
    title: str
    description: str
    url: str
    revision: int = 0


def calendar_file(events: Iterable[DayEvent], *, name: str, stamp: datetime) -> bytes:
    """The file. `stamp`: when what it holds was last written (any time zone)."""
    calendar = Calendar()
    calendar.add("prodid", "-//Suivi de la Cog//flux//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for event in sorted(events, key=lambda one: (one.day, one.key)):
        calendar.add_component(_event(event, stamp.astimezone(UTC)))
    data: bytes = calendar.to_ical()
    return data


def _event(one: DayEvent, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{one.key}@{DOMAIN}")
    event.add("dtstamp", stamp)
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("summary", one.title)
    event.add("description", one.description)
    event.add("url", one.url)
    event.add("sequence", one.revision)
    event.add("transp", "TRANSPARENT")
    return event
