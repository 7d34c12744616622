"""Reading of reference files: YAML and CSV into records that remember their line; problems are gathered."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError


class Record(BaseModel):
    """Base of what a part reads: unknown keys are refused, values never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


R = TypeVar("R", bound=Record)


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


class Mapping(dict[str, Any]):
    """A YAML mapping that remembers where it starts and where each of its keys stands."""

    line: int = 0
    key_lines: dict[str, int]


class _LineLoader(yaml.CSafeLoader):
    """PyYAML's safe loader, whose mappings remember their lines and refuse a key written twice."""


def _construct_mapping(loader: _LineLoader, node: yaml.MappingNode) -> Mapping:
    mapping = Mapping()
    mapping.line = node.start_mark.line + 1
    mapping.key_lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in mapping:
            raise yaml.constructor.ConstructorError(
                None, None, f"la clé « {key} » est écrite deux fois", key_node.start_mark
            )
        mapping.key_lines[str(key)] = key_node.start_mark.line + 1
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


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

    def problem(self, file: str, line: int | None, found: str, expected: str) -> None:
        self.problems.append(Problem(file, line, found, expected))

    def names(self, pattern: str) -> list[str]:
        """Files of the folder that match the pattern, as paths relative to it, in order."""
        return sorted(str(path.relative_to(self.path)) for path in self.path.glob(pattern))

    def yaml(self, name: str) -> Mapping:
        """A YAML file's top mapping; empty, with a problem, when it is missing or cannot be read."""
        try:
            content = yaml.load((self.path / name).read_text(encoding="utf-8"), Loader=_LineLoader)  # noqa: S506 - derives from the safe loader
        except FileNotFoundError:
            self.problem(name, None, "aucun fichier", f"un fichier « {name} » dans {self.path}")
        except UnicodeDecodeError:
            self.problem(name, None, "des octets illisibles", "un fichier enregistré en UTF-8")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problem(
                name,
                mark.line + 1 if mark else None,
                f"du YAML illisible ({error.problem})",
                "du YAML bien formé : vérifier guillemets, retraits et deux-points",
            )
        else:
            if isinstance(content, Mapping):
                return content
            self.problem(name, 1, type(content).__name__, "des clés et des valeurs (« clé: valeur »)")
        empty = Mapping()
        empty.key_lines = {}
        return empty

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
                self.problem(name, content.key_lines[key], repr(item), f"des enregistrements sous « {key} »")
        return located

    def csv(self, name: str, columns: list[str]) -> list[Located]:
        """The rows of a CSV file whose header is exactly `columns`; empty cells are left out of a row's values."""
        return list(self._csv_rows(name, columns))

    def _csv_rows(self, name: str, columns: list[str]) -> Iterator[Located]:
        try:
            text = (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            self.problem(name, None, "aucun fichier", f"un fichier « {name} » dans {self.path}")
            return
        except UnicodeDecodeError:
            self.problem(name, None, "des octets illisibles", "un fichier enregistré en UTF-8")
            return
        reader = csv.reader(text.splitlines(keepends=True))
        header = next(reader, [])
        if header != columns:
            self.problem(
                name,
                1,
                f"les colonnes {', '.join(header) or '(aucune)'}",
                f"les colonnes {', '.join(columns)}",
            )
            return
        for cells in reader:
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

    def check(self, located: Located, record: type[R]) -> R | None:
        """The typed record, or None with one problem for each wrong field."""
        try:
            return record.model_validate(located.values)
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
                    f"une seule fiche d'identité par « {key} »",
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


def _shown(value: Any, kind: str) -> str:
    if kind == "missing":
        return "(absent)"
    text = repr(value) if not isinstance(value, str) else f"« {value} »"
    return text if len(text) <= 80 else text[:77] + "…"


_EXPECTED = {
    "missing": "une valeur : ce champ est obligatoire",
    "extra_forbidden": "aucun champ de ce nom : le retirer ou corriger son orthographe",
    "int_parsing": "un nombre entier",
    "int_type": "un nombre entier",
    "int_from_float": "un nombre entier",
    "greater_than": "un nombre plus grand que {gt}",
    "greater_than_equal": "un nombre d'au moins {ge}",
    "less_than_equal": "un nombre d'au plus {le}",
    "decimal_parsing": "un nombre décimal, avec un point",
    "plain_decimal": "un nombre décimal entre guillemets, avec un point",
    "decimal_type": "un nombre décimal entre guillemets, avec un point",
    "date_parsing": "une date AAAA-MM-JJ",
    "date_from_datetime_parsing": "une date AAAA-MM-JJ",
    "date_type": "une date AAAA-MM-JJ",
    "string_type": "un texte (entre guillemets s'il ressemble à un nombre)",
    "string_too_short": "un texte non vide",
    "literal_error": "l'une des valeurs {expected}",
    "list_type": "une liste",
    "dict_type": "des clés et des valeurs",
    "model_type": "un enregistrement (des clés et des valeurs)",
    "bool_parsing": "0 ou 1",
}


def _expected(detail: Any) -> str:
    template = _EXPECTED.get(detail["type"])
    if template is None:
        return str(detail["msg"]).removeprefix("Value error, ")
    return template.format(**detail.get("ctx", {})).replace(" or ", " ou ")
