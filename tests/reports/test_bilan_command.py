"""`manage.py bilan`: a file written whole, or nothing."""

import hashlib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cog import pdf
from cog.models import Convention
from reports import printing
from reports.models import Edition


@pytest.fixture
def small_pdf(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The command prints a page in the place of the whole document."""
    data = pdf.render("<html lang='fr'><title>b</title><p style='break-after: page'>1<p>2", css="")
    monkeypatch.setattr(printing, "print_annual_report", lambda payload: data)
    return data


def test_the_command_writes_a_draft_and_says_what_it_wrote(
    convention: Convention, tmp_path: Path, small_pdf: bytes
) -> None:
    out, target = StringIO(), tmp_path / "dossier" / "b.pdf"
    call_command("bilan", 2014, "-o", str(target), stdout=out)
    edition = Edition.objects.get()
    assert target.read_bytes() == small_pdf
    assert [path.name for path in target.parent.iterdir()] == ["b.pdf"]
    assert (edition.year, edition.number, edition.state) == (2014, 1, "projet")
    assert str(target) in out.getvalue()
    assert f"sha256 {hashlib.sha256(small_pdf).hexdigest()}" in out.getvalue()
    assert "fiche 23 sur 23" in out.getvalue()


@pytest.mark.parametrize("year", [2012, 2018])
def test_the_command_refuses_a_year_outside_the_convention(convention: Convention, tmp_path: Path, year: int) -> None:
    with pytest.raises(CommandError, match=rf"{year} : trouvé .*, attendu un exercice de 2013 à 2017") as refusal:
        call_command("bilan", year, "-o", str(tmp_path / "b.pdf"))
    assert refusal.value.returncode == 1
    assert list(tmp_path.iterdir()) == []
    assert not Edition.objects.exists()


def test_a_failure_leaves_the_former_file_whole(
    convention: Convention, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(payload: dict[str, Any]) -> bytes:
        raise RuntimeError("plus de papier")

    monkeypatch.setattr(printing, "print_annual_report", fail)
    target = tmp_path / "b.pdf"
    target.write_bytes(b"avant")
    with pytest.raises(RuntimeError):
        call_command("bilan", 2014, "-o", str(target), stdout=StringIO())
    assert target.read_bytes() == b"avant"
    assert [path.name for path in tmp_path.iterdir()] == ["b.pdf"]


def test_a_folder_is_not_a_file(convention: Convention, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="trouvé un dossier, attendu un fichier PDF"):
        call_command("bilan", 2014, "-o", str(tmp_path))
