"""Every label and number of the reference files stands in the signed text (../shared/seed), white space aside."""

import csv
import re
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "fixtures" / "cog-2013-2017"
pytestmark = pytest.mark.shared


def squeezed(text: str) -> str:
    """Without any white space: a cell's line breaks are not the document's."""
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def lines(shared_dir: Path) -> list[str]:
    return (shared_dir / "seed" / "cog-2013-2017.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def whole(lines: list[str]) -> str:
    return squeezed("".join(lines))


def at(lines: list[str], number: int, words: str) -> bool:
    """Whether `words` begin on this line (1-based) and run on from there."""
    return squeezed(words) in squeezed("".join(lines[number - 1 : number + 60]))


def _actions() -> list[tuple[str, dict]]:
    return [
        (path.stem, action)
        for path in sorted((FOLDER / "actions").glob("*.yaml"))
        for action in yaml.safe_load(path.read_text(encoding="utf-8"))["actions"]
    ]


def test_actions(lines: list[str], whole: str) -> None:
    for name, action in _actions():
        place = f"{name}, action {action['ordinal']}"
        assert at(lines, action["seed_line"], action["label"]), place
        assert squeezed(action["deadline_cell"]) in whole, place
        assert all(squeezed(part) in whole for part in action["objective"].split("\n")), place
        assert all(squeezed(step) in squeezed(action["label"]) for step in action["steps"]), place
        assert all(squeezed(one["raw"]) in squeezed(action["deadline_cell"]) for one in action["deadlines"]), place


def test_fiches_and_domains(lines: list[str], whole: str) -> None:
    content = yaml.safe_load((FOLDER / "fiches.yaml").read_text(encoding="utf-8"))
    for fiche in content["fiches"]:
        assert at(lines, fiche["seed_line"], fiche["title"]), fiche["number"]
    for domain in content["domains"]:
        assert at(lines, domain["seed_line"], domain["title"]), domain["number"]


def _indicators() -> list[dict]:
    return [
        indicator
        for path in sorted((FOLDER / "indicators").glob("*.yaml"))
        for indicator in yaml.safe_load(path.read_text(encoding="utf-8"))["indicators"]
    ]


def test_indicator_sheets(lines: list[str]) -> None:
    for indicator in _indicators():
        sheet = squeezed("".join(lines[indicator["seed_line"] - 1 : indicator["seed_line"] + 220]))
        assert squeezed(indicator["printed_code"]) in squeezed(lines[indicator["seed_line"] - 1]), indicator["code"]
        assert squeezed(indicator["title"]) in sheet, indicator["code"]
        for cell, words in indicator["sheet"].items():
            assert not words or squeezed(words) in sheet, f"{indicator['code']}, {cell}"


def _digits(value: str) -> str:
    return squeezed(str(value)).replace(".", ",").lstrip("+-")


PRINTED_IN_WORDS = {("F1-4.2", "2"): "deuxfois"}


def test_baselines_and_targets(lines: list[str]) -> None:
    for indicator in _indicators():
        cell = squeezed(indicator["sheet"]["value_2012"] or "").replace(".", ",")
        for baseline in indicator["baselines"]:
            assert _digits(baseline["value"]) in cell, f"{indicator['code']} : {baseline['value']}"
        for target in indicator["targets"]:
            around = squeezed("".join(lines[target["seed_line"] - 1 : target["seed_line"] + 2])).replace(".", ",")
            printed = PRINTED_IN_WORDS.get((indicator["code"], str(target["value"])), _digits(target["value"]))
            assert printed in around, f"{indicator['code']} : {target['value']}"


@pytest.mark.parametrize("fund", ["fnas", "fnga"])
def test_budgets(lines: list[str], fund: str) -> None:
    with (FOLDER / "budgets" / f"{fund}_lines.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            assert at(lines, int(row["seed_line"]), row["label"]), row["position"]
    with (FOLDER / "budgets" / f"{fund}_amounts.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            printed = squeezed(lines[int(row["seed_line"]) - 1]).replace(",", ".").rstrip("%")
            assert printed == row["amount"], row


def test_commitments(lines: list[str]) -> None:
    for record in yaml.safe_load((FOLDER / "commitments.yaml").read_text(encoding="utf-8"))["commitments"]:
        assert squeezed(record["quote"]) in squeezed(lines[record["seed_line"] - 1]), record["code"]


def test_anomalies_point_into_the_text(lines: list[str]) -> None:
    for path in sorted((FOLDER / "anomalies").glob("*.yaml")):
        for record in yaml.safe_load(path.read_text(encoding="utf-8"))["anomalies"]:
            assert record["seed_line"] is None or 1 <= record["seed_line"] <= len(lines), record["code"]


def test_the_methods_are_those_of_the_reference(shared_dir: Path) -> None:
    theirs = yaml.safe_load((shared_dir / "reference" / "indicator-methods.yaml").read_text(encoding="utf-8"))
    ours = yaml.safe_load((FOLDER / "methods.yaml").read_text(encoding="utf-8"))
    assert ours == theirs


@pytest.mark.parametrize("name", ["published-results.csv", "childcare-coverage-2017.csv"])
def test_published_figures_are_those_of_the_reference(shared_dir: Path, name: str) -> None:
    assert (FOLDER / name).read_bytes() == (shared_dir / "reference" / name).read_bytes()
