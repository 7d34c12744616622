"""The pages of the editions: who reads what, the journey of both parties, the files."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actions.enums import ActionStatus
from actions.models import Action
from actions.operations import ProgressEntry, record_progress
from cog.models import User
from reports.enums import EditionState
from reports.models import Edition, SynthesisText, Transmission
from reports.operations import (
    request_annual_report,
)
from tests.reports.edition_steps import AT, LATER, done, following, read
from tests.tables import told_in_csv, told_in_sheet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page")]


def test_each_reads_the_states_that_are_theirs(common: Edition, people: dict[str, User]) -> None:
    readable = {"pilotage": {1, 2, 3}, "tutelle": {2, 3}, "conseil": set(), "contributeur": {2, 3}}
    for role, numbers in readable.items():
        client = Client()
        client.force_login(people[role])
        page = read(client.get(reverse("documents")))
        for one in Edition.objects.all():
            found = client.get(reverse("edition", args=[one.pk])).status_code
            assert (found == 200) is (one.number in numbers), (role, one.number)
            file = client.get(reverse("edition-pdf", args=[one.pk]))
            assert file.status_code == found
            for close in getattr(file, "_resource_closers", []):  # its own close() would end the test's connection
                close()
            assert (reverse("edition", args=[one.pk]) in page) is (one.number in numbers)


def test_the_journey_on_the_pages(draft: Edition, people: dict[str, User]) -> None:
    steering, state = Client(), Client()
    steering.force_login(people["pilotage"])
    state.force_login(people["tutelle"])
    page = read(steering.get(reverse("edition", args=[draft.pk])))
    onward = reverse("edition-following", args=[draft.pk, "transmis"])
    assert onward in page
    assert "Les chiffres du" in read(steering.get(onward))
    assert "n'est pas celui de votre compte" in read(steering.post(onward, {"password": "faux"}))
    people["pilotage"].set_password("un mot de passe long")
    people["pilotage"].save()
    steering.force_login(people["pilotage"])
    assert steering.post(onward, {"password": "un mot de passe long"}).status_code == 302
    sent = done(Edition.objects.get(number=2))
    transmission = Transmission.objects.get()
    told = read(state.get(reverse("transmission", args=[transmission.pk])))
    assert "Projet de bilan annuel 2014" in told
    assert reverse("edition-pdf", args=[sent.pk]) in told
    note = {"kind": "observation", "text": "Vu.", "subject": "F10-21"}
    assert state.post(reverse("transmission-note", args=[transmission.pk]), note).status_code == 302
    assert "F10-21" in read(state.get(reverse("transmission", args=[transmission.pk])))
    for name in ("transmission-receipt", "transmission-figures", "transmission-content"):
        assert state.get(reverse(name, args=[transmission.pk])).status_code == 200
    assert steering.post(reverse("edition-following", args=[sent.pk, "commun"])).status_code == 302
    common = done(Edition.objects.get(number=3))
    waits = read(steering.get(reverse("edition-following", args=[common.pk, "publie"])))
    assert "n'a pas encore donné son accord" in waits
    assert "Donner l'accord" in read(state.get(reverse("edition", args=[common.pk])))
    assert state.post(reverse("edition-agree", args=[common.pk])).status_code == 302
    shown = steering.post(
        reverse("edition-following", args=[common.pk, "publie"]), {"presented_on": f"{timezone.localdate():%Y-%m-%d}"}
    )
    assert shown.status_code == 302


def test_the_page_of_the_sentences_keeps_what_was_refused(draft: Edition, people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people["pilotage"])
    address = reverse("edition-synthesis", args=[draft.pk])
    assert "Récrire" in read(client.get(address))
    refused = client.post(address, {"key": "atteints", "text": "Soit 12 cibles."})
    assert refused.status_code == 422
    assert "Soit 12 cibles." in read(refused)
    kept = client.post(address, {"key": "atteints", "text": "Atteints : {atteints}."}, follow=True)
    assert "prochaine édition" in read(kept)
    assert "Revenir à la phrase générée" in read(kept)
    client.post(address, {"key": "atteints", "text": "Atteints : {atteints}.", "generated": "1"})
    assert SynthesisText.objects.order_by("pk").last().text == ""
    for role in ("tutelle", "conseil", "contributeur"):
        other = Client()
        other.force_login(people[role])
        assert other.get(address).status_code == 403


def test_the_library_as_a_file_has_what_one_may_read_with_its_fingerprints(
    common: Edition, people: dict[str, User]
) -> None:
    for role, count in {"pilotage": 3, "tutelle": 2, "conseil": 0}.items():
        client = Client()
        client.force_login(people[role])
        listed = client.get(reverse("documents")).context["editions"]
        rows = told_in_csv(client, "/documents/tableau.csv")
        assert len(rows) == count
        assert [
            (row["Édition"], row["Empreinte du PDF (sha256)"], row["Empreinte du contenu (sha256)"]) for row in rows
        ] == [(str(one.number), one.file_sha256, one.payload_sha256) for one in listed]
        typed = told_in_sheet(client, "/documents/tableau.xlsx", "Éditions")
        assert [row["Taille du PDF (octets)"] for row in typed] == [one.file_size for one in listed]
    client.force_login(people["pilotage"])
    kept = told_in_csv(client, f"/documents/tableau.csv?etat={EditionState.COMMON.value}")
    assert [row["Édition"] for row in kept] == ["3"]
    client.force_login(people["exploitation"])
    assert client.get("/documents/tableau.xlsx").status_code == 403


def test_what_a_second_project_changes_as_a_file(sent_edition: Edition, people: dict[str, User]) -> None:
    action = Action.objects.get(fiche__number=10, plan="cog", ordinal=3)
    entry = ProgressEntry(action.pk, ActionStatus.RUNNING, date(2014, 6, 30), None, "Lancée.")
    record_progress(entries=[entry], by=people["pilotage"], at=AT)
    again = done(request_annual_report(convention=sent_edition.convention, year=2014, by=people["pilotage"], at=LATER))
    following(again, EditionState.SENT, people["pilotage"], LATER, reason="Une action est lancée.")
    second = Transmission.objects.get(number=2)
    client = Client()
    client.force_login(people["tutelle"])
    page = client.get(reverse("transmission-differences", args=[second.pk]))
    assert f"/transmissions/{second.pk}/differences/tableau.xlsx" in page.content.decode()
    address = reverse("transmission-differences-file", args=[second.pk, "xlsx"])
    assert [row["Partie"] for row in told_in_sheet(client, address, "Parties changées")] == page.context["parts"] != []
    assert len(told_in_sheet(client, address, "Différences")) == len(page.context["told"]["rows"])
