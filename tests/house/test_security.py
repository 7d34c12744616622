"""docs/security.md tells the guards: every row is there, every test it names exists; and what no other test holds."""

import ast
import re
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [f"F{number:02}" for number in range(1, 69)] + [f"S{number}" for number in range(1, 25)]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
SOURCES = [
    p for app in ("cog", "indicators", "actions", "budgets", "reports") for p in sorted((ROOT / app).rglob("*.py"))
]


def test_every_row_is_there() -> None:
    told = re.findall(r"^\| ([FS]\d+) \|", PAGE, flags=re.MULTILINE)
    assert sorted(told) == sorted(ROWS), set(ROWS) ^ set(told)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_names_a_test_or_says_why_not(row: str) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| {row} |"))
    assert re.search(r"`tests/[\w/]+\.py::\w+`|pas de test\s?: .{20,}", line), line


@pytest.mark.parametrize(("path", "name"), NAMED, ids="::".join)
def test_every_test_named_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_F67_every_library_is_pinned_by_its_digests(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert len(pins) > 20
    assert [pin for pin in pins if not re.match(r"[\w.\[\],-]+==[\w.+!]+ .*--hash=sha256:[0-9a-f]{64}", pin)] == []
    for installer in ("Dockerfile", "scripts/setup.sh"):
        for line in (ROOT / installer).read_text(encoding="utf-8").splitlines():
            assert (
                "pip install" not in line
                or "--require-hashes" in line
                or "$" not in line.split("install")[1]
                or "uv" in line
            )


def _wheel(folder: Path, content: str) -> Path:
    """A library of one line, as a file to install."""
    wheel = folder / "essai_suivi-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("essai_suivi.py", content)
        archive.writestr(
            "essai_suivi-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: essai-suivi\nVersion: 1.0\n"
        )
        archive.writestr(
            "essai_suivi-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("essai_suivi-1.0.dist-info/RECORD", "")
    return wheel


def test_F67_a_library_that_was_altered_is_refused(tmp_path: Path) -> None:
    """One byte of a library changes: the installer that reads our locks refuses it; intact, it installs it."""
    good = _wheel(tmp_path, "A = 1\n")
    lock = tmp_path / "verrou.lock"
    lock.write_text(f"essai-suivi==1.0 --hash=sha256:{sha256(good.read_bytes()).hexdigest()}\n")

    def install(target: str) -> subprocess.CompletedProcess[str]:
        command = ["-m", "uv", "pip", "install", "--offline", "--no-cache", "--no-index", "--find-links", str(tmp_path)]
        options = ["--require-hashes", "--python", sys.executable, "--target", str(tmp_path / target), "-r", str(lock)]
        return subprocess.run([sys.executable, *command, *options], capture_output=True, text=True, check=False)

    done = install("intacte")
    assert done.returncode == 0, done.stderr
    _wheel(tmp_path, "A = 2\n")
    refused = install("alteree")
    assert refused.returncode != 0 and "hash" in refused.stderr.lower()
    assert not (tmp_path / "alteree" / "essai_suivi.py").exists()


def test_S13_nothing_evaluates_text() -> None:
    """No formula, no filter, no template made of what a person wrote is ever executed."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "compile", "__import__"}, path
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
                assert not names & {"pickle", "marshal", "shelve"}, path
