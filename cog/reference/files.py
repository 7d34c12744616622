"""Reading of reference files: YAML and CSV into records that remember their line; problems are gathered."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError


class Record(BaseModel):
    """Base of what a part reads: unknown keys are refused, values never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _whole_number(cls, value: Any, info: ValidationInfo) -> Any:
        """« oui » or 3.0 is no whole number, though Python would take it for one."""
        if isinstance(value, bool | float) and cls.model_fields[str(info.field_name)].annotation in (int, int | None):
            raise PydanticCustomError("int_type", "not a whole number")
        return value


R = TypeVar("R", bound=Record)

SMALL = 32_767
"""The largest rank or number a column of ranks takes."""


def _plain_decimal(value: Any) -> Any:
    """Digits as written: a float has already lost them, and NaN, infinity or « 1e3 » are no printed number."""
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        return value
    raise PydanticCustomError("plain_decimal", "not a plain decimal")


PlainDecimal = Annotated[Decimal, BeforeValidator(_plain_decimal)]
"""A number copied from the text, its digits kept: between quotes in YAML when it has decimals."""


@dataclass(frozen=True)
class Problem:
    """One thing to mend in a reference file, for the person who edits it (messages in French)."""

    file: str
    line: int | None
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.file}, ligne {self.line}" if self.line else self.file
        return f"{place} : trouvé {self.found} ; attendu {self.expected}"


class ReferenceRefused(Exception):
    """The folder cannot be loaded: `problems` says everything there is to mend; nothing was changed."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(f"{len(problems)} anomalies dans les fichiers de référence")


class Mapping(dict[str, Any]):
    """A YAML mapping that remembers where it starts and where each of its keys stands."""

    line: int = 0
    key_lines: dict[str, int]


class _Unreadable(yaml.constructor.ConstructorError):
    """A well-formed YAML node that is no reference data, said in French: what was found, what was expected."""

    def __init__(self, node: yaml.Node, found: str, expected: str) -> None:
        super().__init__(None, None, found, node.start_mark)
        self.found, self.expected = found, expected


class _LineLoader(yaml.CSafeLoader):
    """PyYAML's safe loader, whose mappings remember their lines and refuse a key written twice."""


def _construct_mapping(loader: _LineLoader, node: yaml.MappingNode) -> Mapping:
    mapping = Mapping()
    mapping.line = node.start_mark.line + 1
    mapping.key_lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int):
            raise _Unreadable(key_node, "une clé qui n'est pas un mot", "une clé simple (« clé: valeur »)")
        if key in mapping:
            raise _Unreadable(key_node, f"la clé « {key} » écrite deux fois", "chaque clé une seule fois")
        mapping.key_lines[str(key)] = key_node.start_mark.line + 1
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def _construct_text(loader: _LineLoader, node: yaml.ScalarNode) -> str:
    text = loader.construct_scalar(node)
    if _CONTROL.search(text):
        raise _Unreadable(node, *_CONTROL_FOUND)
    return str(text)


def _construct_date(loader: _LineLoader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        raise _Unreadable(node, f"« {node.value} »", "une date qui existe, AAAA-MM-JJ") from None


def _construct_int(loader: _LineLoader, node: yaml.ScalarNode) -> int:
    """Plain digits only: YAML would read 010 as eight and 1:30 as ninety."""
    if not re.fullmatch(r"[-+]?(0|[1-9][0-9]{0,18})", node.value):
        raise _Unreadable(node, f"« {node.value} »", "un nombre entier en chiffres, ou un texte entre guillemets")
    return int(node.value)


# Control characters but the tab and the ends of lines: no database column and no page takes them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_CONTROL_FOUND = ("un caractère de contrôle, invisible", "du texte seul : retaper la ligne")

_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)
_LineLoader.add_constructor("tag:yaml.org,2002:str", _construct_text)
_LineLoader.add_constructor("tag:yaml.org,2002:timestamp", _construct_date)
_LineLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)


@dataclass(frozen=True)
class Located:
    """A raw record with its place: what `Folder.check` turns into a typed one."""

    file: str
    line: int
    values: dict[str, Any]
    key_lines: dict[str, int]


@dataclass
class Folder:
    """A convention's folder while it is read; every problem met is kept in `problems`."""

    path: Path
    problems: list[Problem] = field(default_factory=list)
    seed_lines: int | None = None  # how many lines the signed text has, once known: no seed_line goes beyond
    _read: dict[str, Mapping] = field(default_factory=dict)

    def problem(self, file: str, line: int | None, found: str, expected: str) -> None:
        self.problems.append(Problem(file, line, found, expected))

    def names(self, pattern: str) -> list[str]:
        """Files of the folder that match the pattern, as paths relative to it, in order; a problem when none does."""
        found = sorted(str(path.relative_to(self.path)) for path in self.path.glob(pattern))
        if not found:
            self.problem(pattern, None, "aucun fichier", f"au moins un fichier « {pattern} » dans {self.path}")
        return found

    def _text(self, name: str) -> str | None:
        """What a file holds, its byte order mark aside; None, with a problem, when it cannot be read."""
        try:
            text = (self.path / name).read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            self.problem(name, None, "aucun fichier", f"un fichier « {name} » dans {self.path}")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.problem(name, line, "des octets illisibles", "un fichier enregistré en UTF-8")
        except OSError:
            self.problem(name, None, "un dossier, ou un fichier qui ne s'ouvre pas", f"un fichier « {name} » lisible")
        else:
            control = _CONTROL.search(text)
            if control:
                self.problem(name, text.count("\n", 0, control.start()) + 1, *_CONTROL_FOUND)
            elif not text.strip():
                self.problem(name, None, "un fichier vide", "le contenu décrit dans docs/reference-files.md")
            else:
                return text.replace("\r\n", "\n")
        return None

    def yaml(self, name: str) -> Mapping:
        """A YAML file's top mapping, read once; empty, with a problem, when it is missing or cannot be read."""
        if name not in self._read:
            self._read[name] = self._yaml(name)
        return self._read[name]

    def _yaml(self, name: str) -> Mapping:
        empty = Mapping()
        empty.key_lines = {}
        text = self._text(name)
        if text is None:
            return empty
        expected = "du YAML bien formé : vérifier guillemets, retraits et deux-points"
        try:
            content = yaml.load(text, Loader=_LineLoader)  # noqa: S506 - derives from the safe loader
        except _Unreadable as error:
            self.problem(name, error.problem_mark.line + 1, error.found, error.expected)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problem(name, mark.line + 1 if mark else None, "du YAML illisible", expected)
        except (yaml.YAMLError, ValueError, TypeError, RecursionError):
            self.problem(name, None, "du YAML illisible", expected)
        else:
            if isinstance(content, Mapping) and content:
                return content
            found = "un fichier vide" if content is None else "autre chose que des clés"
            self.problem(name, None if content is None else 1, found, "des clés et des valeurs (« clé: valeur »)")
        return empty

    def only(self, name: str, *keys: str) -> None:
        """A problem for each top key of a YAML file that is none of `keys`."""
        content = self.yaml(name)
        for key in content:
            if key not in keys:
                listed = ", ".join(f"« {each} »" for each in keys)
                self.problem(name, content.key_lines[str(key)], f"la clé « {key} »", f"seulement {listed}")

    def yaml_list(self, name: str, key: str) -> list[Located]:
        """The records under `key` of a YAML file."""
        content = self.yaml(name)
        if not content:
            return []
        items = content.get(key)
        if not isinstance(items, list):
            self.problem(name, content.line, f"pas de liste « {key} »", f"une liste sous la clé « {key} »")
            return []
        located = []
        for item in items:
            if isinstance(item, Mapping):
                located.append(Located(name, item.line, item, item.key_lines))
            else:
                self.problem(name, content.key_lines[key], _shown(item), f"des enregistrements sous « {key} »")
        return located

    def csv(self, name: str, columns: list[str]) -> list[Located]:
        """The rows of a CSV file whose header is exactly `columns`; empty cells are left out of a row's values."""
        return list(self._csv_rows(name, columns))

    def _csv_rows(self, name: str, columns: list[str]) -> Iterator[Located]:
        text = self._text(name)
        if text is None:
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            yield from self._rows(name, columns, reader)
        except csv.Error:
            self.problem(
                name,
                reader.line_num,
                "une ligne illisible",
                "des cellules séparées par des virgules, chaque guillemet ouvert refermé",
            )

    def _rows(self, name: str, columns: list[str], reader: Any) -> Iterator[Located]:
        header = next(reader, [])
        if header != columns:
            self.problem(
                name,
                1,
                f"les colonnes {', '.join(header) or '(aucune)'}",
                f"les colonnes {', '.join(columns)}",
            )
            return
        any_row = False
        for cells in reader:
            any_row = True
            if len(cells) != len(columns):
                self.problem(
                    name,
                    reader.line_num,
                    f"{len(cells)} cellules",
                    f"{len(columns)} cellules (virgule dans un texte : le mettre entre guillemets)",
                )
                continue
            values = {column: cell for column, cell in zip(columns, cells, strict=True) if cell != ""}
            yield Located(name, reader.line_num, values, dict.fromkeys(columns, reader.line_num))
        if not any_row:
            self.problem(name, 1, "aucune ligne sous les colonnes", "au moins un enregistrement")

    def check(self, located: Located, record: type[R]) -> R | None:
        """The typed record, or None with one problem for each wrong field."""
        beyond = list(_beyond(located.values, self.seed_lines)) if self.seed_lines else []
        for path, value in beyond:
            self.problem(
                located.file,
                _line_of(located, path),
                f"« {'.'.join(map(str, path))} » = {value}",
                f"une ligne du texte signé, qui en compte {self.seed_lines}",
            )
        try:
            typed = record.model_validate(located.values)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                path = [part for part in detail["loc"] if not (isinstance(part, str) and "[" in part)]
                self.problem(
                    located.file,
                    _line_of(located, path),
                    f"« {'.'.join(str(part) for part in path)} » = {_shown(detail['input'], detail['type'])}",
                    _expected(detail),
                )
            return None
        return None if beyond else typed

    def check_all(self, items: list[Located], record: type[R]) -> list[tuple[R, Located]]:
        """Every record that is right, with its place; the wrong ones are in `problems`."""
        checked = ((self.check(item, record), item) for item in items)
        return [(typed, item) for typed, item in checked if typed is not None]

    def unique(self, items: list[tuple[R, Located]], key: str) -> None:
        """A problem for each record whose `key` was already used by an earlier one."""
        seen: dict[Any, int] = {}
        for typed, item in items:
            value = getattr(typed, key)
            if value in seen:
                self.problem(
                    item.file,
                    item.line,
                    f"« {key} » = {value} une seconde fois (déjà ligne {seen[value]})",
                    f"un seul enregistrement par « {key} »",
                )
            else:
                seen[value] = item.line


def _line_of(located: Located, path: list[Any]) -> int:
    """The line of the innermost key of `path` that is really written in the file."""
    line, node = located.line, located.values
    lines = located.key_lines
    for part in path:
        if isinstance(node, dict) and part in node:
            line = lines.get(str(part), line)
            node = node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            break
        if isinstance(node, Mapping):
            line, lines = (node.line if not isinstance(part, str) else line), node.key_lines
    return line


def _beyond(values: Any, last: int, path: tuple[Any, ...] = ()) -> Iterator[tuple[list[Any], Any]]:
    """Every « …_line » of a record, at any depth, that goes beyond the last line of the text."""
    if isinstance(values, dict):
        for key, value in values.items():
            if isinstance(key, str) and key.endswith("_line"):
                digits = str(value)
                if re.fullmatch(r"[0-9]+", digits) and (len(digits) > 9 or int(digits) > last):
                    yield [*path, key], value
            else:
                yield from _beyond(value, last, (*path, key))
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from _beyond(value, last, (*path, index))


def _shown(value: Any, kind: str = "") -> str:
    if kind == "missing":
        return "(absent)"
    if value is None or value == "":
        return "(vide)"
    if isinstance(value, dict):
        return "des clés et des valeurs"
    if isinstance(value, list):
        return f"une liste de {len(value)}"
    if isinstance(value, bool):
        return "oui" if value else "non"
    text = f"« {value} »" if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "…"


_WHOLE, _DATE, _TEXT = (
    "un nombre entier",
    "une date AAAA-MM-JJ",
    "un texte (entre guillemets s'il ressemble à un nombre)",
)
_DECIMAL, _KEYS = "un nombre décimal entre guillemets, avec un point", "un enregistrement (des clés et des valeurs)"
_EXPECTED = {
    "missing": "une valeur : ce champ est obligatoire",
    "extra_forbidden": "aucun champ de ce nom : le retirer ou corriger son orthographe",
    "none_required": "rien",
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "greater_than": "un nombre plus grand que {gt}",
    "greater_than_equal": "un nombre d'au moins {ge}",
    "less_than": "un nombre plus petit que {lt}",
    "less_than_equal": "un nombre d'au plus {le}",
    "finite_number": "un nombre fini",
    "plain_decimal": _DECIMAL,
    "decimal_parsing": _DECIMAL,
    "decimal_type": _DECIMAL,
    "decimal_max_digits": "un nombre d'au plus {max_digits} chiffres",
    "decimal_max_places": "un nombre d'au plus {decimal_places} décimales",
    "decimal_whole_digits": "un nombre d'au plus {whole_digits} chiffres avant la virgule",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "string_type": _TEXT,
    "string_too_short": "un texte non vide",
    "string_too_long": "un texte d'au plus {max_length} caractères",
    "string_pattern_mismatch": "un code de la forme {pattern}",
    "literal_error": "l'une des valeurs {expected}",
    "list_type": "une liste",
    "too_short": "une liste d'au moins {min_length} élément(s)",
    "too_long": "une liste d'au plus {max_length} élément(s)",
    "dict_type": "des clés et des valeurs",
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "bool_parsing": "0 ou 1",
    "bool_type": "0 ou 1",
    "value_error": "{error}",
}


def _expected(detail: Any) -> str:
    """What a field should hold, in French; « value_error » carries the words of a part's own validator."""
    template = _EXPECTED.get(detail["type"], "une valeur correcte")
    context = {key: str(value).replace(" or ", " ou ") for key, value in detail.get("ctx", {}).items()}
    return template.format(**context)
