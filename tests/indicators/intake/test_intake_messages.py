"""What a person or a program reads of the problems of a file."""

import json

from indicators.intake.messages import Problem, Report, Severity, listing, quoted


def problem(severity: Severity = Severity.ERROR, **fields: object) -> Problem:
    given = {
        "code": "x",
        "line": None,
        "column": "",
        "found": "",
        "expected": "un nombre",
        "mend": "",
    } | fields
    return Problem(severity, **given)


def test_a_sentence_has_only_the_parts_that_are_known():
    assert str(problem(line=12, column="valeur", found="1e5", mend="corrigez")) == (
        "ligne 12, colonne valeur : trouvé « 1e5 » ; attendu un nombre ; corrigez"
    )
    assert str(problem(line=12, found="4 cellules")) == "ligne 12 : trouvé 4 cellules ; attendu un nombre"
    assert str(problem(found="un fichier vide")) == "trouvé un fichier vide ; attendu un nombre"
    assert str(problem(line=2, column="caisse", found="  ")) == (
        "ligne 2, colonne caisse : trouvé une cellule vide ; attendu un nombre"
    )


def test_the_json_report_has_every_field_and_the_sentence():
    row = problem(Severity.WARNING, line=3, column="valeur", found="-1", mend="vérifiez").as_dict()

    assert json.loads(json.dumps(row)) == {
        "severity": "warning", "code": "x", "line": 3, "column": "valeur", "found": "-1",
        "expected": "un nombre", "mend": "vérifiez", "sheet": "", "cell": "",
        "message": "ligne 3, colonne valeur : trouvé « -1 » ; attendu un nombre ; vérifiez",
    }  # fmt: skip


def test_a_text_of_the_file_is_cut_and_what_is_invisible_is_spelled():
    assert quoted("a" * 60) == f"« {'a' * 60} »"
    assert quoted("a" * 61) == f"« {'a' * 60}… »"
    assert quoted("a\u202eb\ufeff\x07 1\u202f2é😀") == "« a<U+202E>b<U+FEFF><U+0007> 1\u202f2é😀 »"


def test_a_choice_of_codes_reads_as_a_sentence():
    assert listing(["a"]) == "« a »"
    assert listing(["a", "b", "c"]) == "« a », « b » ou « c »"
    assert listing(list("abcdefghijklm")) == ", ".join(f"« {letter} »" for letter in "abcdefghijkl") + "…"


def test_a_long_list_ends_with_how_many_more():
    report = Report(limit=3)
    for line in range(2, 2 + 1_200):
        report.add(problem(), line)

    assert [str(found) for found in report.problems()] == [
        "ligne 2 : attendu un nombre",
        "ligne 3 : attendu un nombre",
        "ligne 4 : attendu un nombre",
        "et 1\u202f197 autres ; corrigez celles-ci, puis renvoyez le fichier",
    ]
    assert report.errors == 1_200


def test_a_list_within_the_limit_has_no_such_end():
    report = Report(limit=3)
    for line in (4, 2, 3):
        report.add(problem(), line)

    assert [found.line for found in report.problems()] == [2, 3, 4]


def test_warnings_never_push_an_error_out_of_the_list():
    report = Report(limit=2)
    for line in range(2, 6):
        report.add(problem(Severity.WARNING), line)
    report.add(problem(), 9)

    listed = report.problems()

    assert [(found.severity, found.line) for found in listed] == [
        (Severity.WARNING, 2), (Severity.ERROR, 9), (Severity.WARNING, None),
    ]  # fmt: skip
    assert str(listed[-1]).startswith("et 3 autres ;")
    assert (report.errors, report.warnings) == (1, 4)


def test_one_more_is_singular():
    report = Report(limit=1)
    report.add(problem(), 2)
    report.add(problem(), 3)

    assert str(report.problems()[-1]).startswith("et 1 autre ;")


def test_a_severity_has_a_french_name():
    assert [severity.label for severity in Severity] == ["erreur", "avertissement"]
