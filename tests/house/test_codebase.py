"""Tests of the house itself: names, words, constraints, migrations, and the pure code that runs without Django."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).parents[2]
OURS = ("cog", "indicators", "actions", "budgets", "reports")
MODELS = [model for label in OURS for model in apps.get_app_config(label).get_models()]
SOURCES = [path for app in OURS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]

PURE = [
    "tests/cog/test_periods.py",
    "tests/cog/test_figures.py",
    "tests/cog/test_calendar.py",
    "tests/indicators/compute",
]
PURE += ["tests/indicators/intake", "tests/actions/compute", "tests/budgets/compute"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_opens_its_docstring_with_its_french_term(model: type[models.Model]) -> None:
    assert (model.__doc__ or "").startswith("«"), model
    assert str(model._meta.verbose_name)[0].islower() or str(model._meta.verbose_name).startswith("Cog")


def test_the_glossary_lists_every_model_with_its_term() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, flags=re.MULTILINE))
    assert listed == {model.__name__: str(model._meta.verbose_name) for model in MODELS}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_constraint_has_its_french_message(model: type[models.Model]) -> None:
    for constraint in model._meta.constraints:
        message = str(constraint.violation_error_message)
        assert "%(name)s" not in message, constraint.name
        assert message.endswith("."), constraint.name


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_moment_says_who(model: type[models.Model]) -> None:
    """Every `something_at` written by a person has its `something_by`."""
    told_by_the_machine = {"published_at", "heartbeat_at", "finished_at"}
    names = {field.name for field in model._meta.get_fields()}
    for name in names:
        if name.endswith("_at") and name not in told_by_the_machine:
            assert name.removesuffix("_at") + "_by" in names, f"{model.__name__}.{name}"


@pytest.mark.parametrize("app", OURS)
def test_migrations_stand_in_one_line(app: str) -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / app / "migrations").glob("0*.py"))]
    assert numbers == [f"{position:04}" for position in range(1, len(numbers) + 1)]


def test_only_operations_save() -> None:
    """Nothing outside operations, jobs, audit, the loader's machinery and migrations writes.

    `storage` keeps files, `word` writes a document in memory.
    """
    allowed = {
        "operations",
        "jobs",
        "schedule",
        "audit_seal",
        "audit",
        "submissions",
        "sync",
        "models",
        "storage",
        "word",
    }
    writing = re.compile(r"\.(bulk_create|bulk_update|save|delete|get_or_create|update_or_create)\(|objects\.create\(")
    for path in SOURCES:
        if path.stem in allowed or {"operations", "models"} & set(path.parts):
            continue
        assert not writing.search(path.read_text(encoding="utf-8")), path.relative_to(ROOT)


def test_files_are_read_in_one_sitting() -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in SOURCES if (n := len(p.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert not long


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if "compute" in p.parts or "intake" in p.parts], ids=lambda p: str(p.relative_to(ROOT))
)
def test_pure_code_has_no_float_and_no_clock(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    likeness = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "cutoff"}
    floats = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and id(node) not in likeness
    ]
    assert "float" not in calls
    assert not attributes & {"today", "now", "utcnow"}
    assert not floats


@pytest.mark.timeout(900)  # a busy machine
def test_the_pure_suite_runs_without_django() -> None:
    """In a process that cannot even import Django."""
    blocked = "import sys; sys.modules['django'] = None; import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    options = ["-q", "-p", "no:django", "-p", "no:cacheprovider", "--noconftest", "-x"]
    options += ["-p", "tests.indicators.intake.conftest"]
    done = subprocess.run(
        [sys.executable, "-c", blocked, *options, *PURE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=880,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"\d+ passed", done.stdout)
