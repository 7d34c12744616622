"""F12, F13: a connection that is cut, two transactions that wait for each other: nothing by halves, and words."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.utils import timezone

import tests.faults.kinds  # noqa: F401 - registers the kinds used here
from cog import jobs
from cog.enums import JobState
from cog.models import ScheduledRun
from cog.operations import command_account
from tests.faults.conftest import database_url, ended, until

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

CALLS: list[str] = []
MEET: list[Barrier] = []


@pytest.fixture(autouse=True)
def _postgresql_only() -> Iterator[None]:
    if connection.vendor != "postgresql":
        pytest.skip("les codes d'erreur sont ceux de PostgreSQL")
    CALLS.clear()
    MEET.clear()
    with override_settings(ROOT_URLCONF=__name__):
        yield


def _row(name: str) -> None:
    now = timezone.now()
    ScheduledRun.objects.create(name=name, due=now, heartbeat_at=now)


def cut(request: HttpRequest) -> HttpResponse:
    """Writes a row, and has its connection cut by another before the end."""
    CALLS.append("cut")
    with transaction.atomic():
        _row("moitié")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
        with psycopg.connect(database_url(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [backend])
        _row("autre moitié")
    return HttpResponse("fait")


def crossed(request: HttpRequest, first: str, second: str) -> HttpResponse:
    """Updates two rows in the order of its address; another does it in the other order."""
    CALLS.append(first)
    with transaction.atomic():
        ScheduledRun.objects.filter(name=first).update(heartbeat_at=timezone.now())
        if len(CALLS) <= 2:  # the first time only: each holds its row, and goes for the other's
            MEET[0].wait(timeout=20)
        ScheduledRun.objects.filter(name=second).update(finished_at=timezone.now())
        _row(f"{first}-{second}")
    return HttpResponse("fait")


def always(request: HttpRequest, code: str) -> HttpResponse:
    """Always meets this error of the database."""
    CALLS.append(code)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'essai' USING ERRCODE = '" + code + "'; END $$")
    return HttpResponse("fait")


urlpatterns = [
    path("essai/coupe", login_not_required(cut)),
    path("essai/croise/<str:first>/<str:second>", login_not_required(crossed)),
    path("essai/erreur/<str:code>", login_not_required(always)),
    path("", include("cog.urls")),
]
handler500 = "cog.views.server_error"


def _client() -> Client:
    return Client(raise_request_exception=False)


def test_a_connection_cut_in_a_request_leaves_nothing_and_a_page_one_can_read() -> None:
    answer = _client().post("/essai/coupe")
    assert answer.status_code == 503
    text = answer.content.decode()
    assert "enregistré à moitié" in text and "Les données ne sont pas joignables" in text
    assert answer["Retry-After"] == "10"
    assert CALLS == ["cut"], "a lost connection is not played again: what was done is unknown"
    assert not ScheduledRun.objects.exists()
    assert _client().get("/connexion/").status_code == 200, "the next request has a connection"


def test_a_connection_cut_in_a_job_is_rolled_back_and_the_job_done_again(start_worker, tmp_path: Path) -> None:
    start_worker().wait_ready()
    trace = tmp_path / "coupe"
    job = jobs.submit(kind="test.half_way", arguments={"file": str(trace)}, by=command_account(), at=timezone.now())
    until(lambda: trace.exists() and trace.read_text(encoding="utf-8").endswith("\n"))
    with psycopg.connect(database_url(), autocommit=True) as other:
        killed = other.execute("SELECT pg_terminate_backend(%s)", [int(trace.read_text(encoding="utf-8"))]).fetchone()
    assert killed == (True,)
    done = ended(job)
    assert (done.state, done.attempts) == (JobState.DONE, 2), done.message
    assert sorted(ScheduledRun.objects.values_list("name", flat=True)) == ["autre moitié", "moitié"]


def _cross(turn: int) -> list[int]:
    CALLS.clear()
    MEET[:] = [Barrier(2)]
    ScheduledRun.objects.all().delete()
    _row("a")
    _row("b")
    codes: list[int] = []

    def post(first: str, second: str) -> None:
        try:
            codes.append(_client().post(f"/essai/croise/{first}/{second}").status_code)
        finally:
            connection.close()

    threads = [Thread(target=post, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


def test_two_crossed_updates_both_pass_one_of_them_played_again() -> None:
    with connection.cursor() as cursor:  # a second by default, too long for this many turns
        cursor.execute(
            "ALTER DATABASE "
            + connection.ops.quote_name(connection.settings_dict["NAME"])
            + " SET deadlock_timeout = '50ms'"
        )
    for turn in range(10):
        assert _cross(turn) == [200, 200]
        assert 3 <= len(CALLS) <= 6, "one of the two at least, once more"
        assert ScheduledRun.objects.filter(name__in=["a-b", "b-a"]).count() == 2


def test_without_the_replay_one_of_the_two_is_lost() -> None:
    """The proof: the same crossing without the middleware gives one person an error page."""
    from django.conf import settings

    without = [name for name in settings.MIDDLEWARE if name != "cog.trouble.ReplayMiddleware"]
    with override_settings(MIDDLEWARE=without):
        assert sorted(_cross(0)) == [200, 503]


@pytest.mark.parametrize(
    ("code", "calls", "busy"),
    [("40P01", 3, True), ("40001", 3, True), ("55P03", 1, True), ("57014", 1, True), ("08006", 1, False)],
)
def test_only_what_the_base_undid_is_played_again_three_times_at_most(code: str, calls: int, busy: bool) -> None:
    answer = _client().post(f"/essai/erreur/{code}")
    assert answer.status_code == 503
    assert len(CALLS) == calls
    assert ("Réponse trop lente" in answer.content.decode()) == busy


def test_another_error_keeps_its_own_page() -> None:
    answer = _client().post("/essai/erreur/23505")
    assert (answer.status_code, len(CALLS)) == (500, 1)
    assert issubclass(OperationalError, Exception)
