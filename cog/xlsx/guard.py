"""What a workbook is before anything in it is read: its kind, its size once unpacked, its macros.

PURE. Nothing is decompressed before the declared sizes are known; `zipfile` never reads past them, so that a header
that lies is a damaged file and no more. Nothing here opens a file or an address named by the workbook.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from xml.parsers import expat

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 500 * 1024 * 1024
MAX_PARTS = 1_000
MAX_RATIO = 100
_RATIO_COUNTS_FROM = 10 * 1024 * 1024  # a small file may compress very well
_MIB = 1024 * 1024

_CORRUPT = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, OverflowError,
    struct.error, expat.ExpatError, LookupError,
)  # fmt: skip
"""What the libraries raise on damaged bytes, never ValueError alone (LookupError: an encoding that does not exist)."""

_SAVE_AS_XLSX = "dans le tableur : « Enregistrer sous », format « Classeur Excel (.xlsx) »"
_EXPECTED = "un classeur au format .xlsx"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF", "un document PDF", "renvoyez le classeur lui-même, au format .xlsx"),
    (b"{\\rtf", "un texte mis en forme (RTF)", _SAVE_AS_XLSX),
    (b"\x1f\x8b", "une archive compressée", "sortez le classeur de l'archive, puis renvoyez-le seul"),
    (b"Rar!", "une archive compressée", "sortez le classeur de l'archive, puis renvoyez-le seul"),
    (b"7z\xbc\xaf", "une archive compressée", "sortez le classeur de l'archive, puis renvoyez-le seul"),
    (b"\x89PNG", "une image", "renvoyez le classeur lui-même, au format .xlsx"),
    (b"\xff\xd8\xff", "une image", "renvoyez le classeur lui-même, au format .xlsx"),
)
_OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.spreadsheet": "un classeur OpenDocument (.ods)",
    b"application/vnd.oasis.opendocument.text": "un texte OpenDocument (.odt)",
}


class WorkbookRefused(Exception):
    """A file that is not read; `code`, then what was found, expected and how to mend it, in French."""

    def __init__(self, code: str, found: str, expected: str = _EXPECTED, mend: str = _SAVE_AS_XLSX) -> None:
        super().__init__(f"trouvé {found}, attendu {expected} ; {mend}")
        self.code = code
        self.found = found
        self.expected = expected
        self.mend = mend


def looks_like_a_workbook(data: bytes) -> bool:
    """Whether these bytes are to be opened as a workbook, be it to refuse it: what is not text."""
    return data.startswith((b"PK", _OLE)) or any(data.startswith(signature) for signature, _, _ in _SIGNATURES)


@contextmanager
def damage_is_refused() -> Iterator[None]:
    """Whatever the bytes, what the libraries raise becomes a refusal that a person understands."""
    try:
        yield
    except _CORRUPT as error:
        raise _damaged() from error


def _damaged() -> WorkbookRefused:
    mend = "ouvrez-le dans le tableur, enregistrez-le de nouveau, puis renvoyez-le"
    return WorkbookRefused("damaged", "un fichier abîmé ou incomplet", "un classeur .xlsx entier", mend)


class Archive:
    """The parts of a workbook, once known to be harmless. Raises WorkbookRefused."""

    def __init__(self, data: bytes) -> None:
        _refuse_other_kinds(data)
        with damage_is_refused():
            self._zip = zipfile.ZipFile(BytesIO(data))
            parts = self._zip.infolist()
        _refuse_sizes(parts)
        self._parts = {part.filename.lstrip("/"): part for part in parts}
        if len(self._parts) < len(parts) or any(part.flag_bits & 1 for part in parts):
            raise _damaged()
        self._refuse_other_contents()

    def names(self) -> list[str]:
        """Names of the parts."""
        return list(self._parts)

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def size(self, name: str) -> int:
        """Declared size of a part, in bytes; it never gives more."""
        return self._parts[name].file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, by pieces. Raises WorkbookRefused when it is damaged."""
        with damage_is_refused(), self._zip.open(self._parts[name]) as stream:
            while chunk := stream.read(_MIB):
                yield chunk

    def count(self, name: str, *words: bytes) -> tuple[int, ...]:
        """How many times each of these bytes stands in a part, read once to its end: its checksum is verified."""
        counts = [0] * len(words)
        kept = b""
        longest = max(map(len, words))
        for chunk in self.chunks(name):
            window = kept + chunk
            for place, word in enumerate(words):
                counts[place] += window.count(word) - kept.count(word)
            kept = window[-(longest - 1) :]
        return tuple(counts)

    def _refuse_other_contents(self) -> None:
        names = {name.lower() for name in self._parts}
        if "mimetype" in self._parts and self._parts["mimetype"].file_size < 200:
            kind = b"".join(self.chunks("mimetype")).strip()
            if kind.startswith(b"application/vnd.oasis"):
                raise WorkbookRefused("not_xlsx", _OPEN_DOCUMENTS.get(kind, "un document OpenDocument"))
        if "[content_types].xml" not in names:
            mend = "sortez le classeur de l'archive, puis renvoyez-le seul"
            raise WorkbookRefused("not_xlsx", "une archive, ou un autre document", mend=mend)
        if any(name.startswith("word/") for name in names):
            raise WorkbookRefused("not_xlsx", "un document Word")
        if any(name.startswith("ppt/") for name in names):
            raise WorkbookRefused("not_xlsx", "une présentation PowerPoint")
        types = next(name for name in self._parts if name.lower() == "[content_types].xml")
        if self.size(types) > _MIB:
            raise _damaged()
        listed = b"".join(self.chunks(types)).lower()
        listed = listed.replace(b"\0", b"")  # written in UTF-16
        if b"macroenabled" in listed or any(map(_is_a_macro, names)):
            mend = f"{_SAVE_AS_XLSX}, qui retire les macros"
            raise WorkbookRefused("macros", "un classeur qui contient des macros", "un classeur sans macro", mend)
        if b"sheet.binary" in listed or "xl/workbook.bin" in names:
            raise WorkbookRefused("not_xlsx", "un classeur binaire (.xlsb)")


def _is_a_macro(name: str) -> bool:
    return name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name or "/activex/" in name


def _refuse_other_kinds(data: bytes) -> None:
    if not data.strip():
        raise WorkbookRefused("empty_file", "un fichier vide", mend="vérifiez le fichier choisi")
    if len(data) > MAX_BYTES:
        raise too_big("size", f"un fichier de plus de {MAX_BYTES // _MIB} Mo")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            mend = "dans le tableur, retirez le mot de passe à l'ouverture, enregistrez, puis renvoyez le fichier"
            raise WorkbookRefused("encrypted", "un classeur protégé par un mot de passe", mend=mend)
        raise WorkbookRefused("not_xlsx", "un ancien classeur (.xls)")
    for signature, name, mend in _SIGNATURES:
        if data.startswith(signature):
            raise WorkbookRefused("not_xlsx", name, mend=mend)
    if not data.startswith(b"PK"):
        raise WorkbookRefused("not_xlsx", "un texte, ou un autre fichier")


def _refuse_sizes(parts: list[zipfile.ZipInfo]) -> None:
    """The zip scan: on declared sizes, before a single byte is decompressed."""
    if len(parts) > MAX_PARTS:
        raise too_big("bomb", f"un classeur fait de plus de {MAX_PARTS} morceaux")
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > MAX_UNPACKED:
        raise too_big("bomb", f"un classeur de plus de {MAX_UNPACKED // _MIB} Mo une fois décompressé")
    if unpacked > _RATIO_COUNTS_FROM and unpacked > packed * MAX_RATIO:
        raise too_big("bomb", "un classeur anormalement compressé")


def too_big(code: str, found: str) -> WorkbookRefused:
    """A workbook refused for its size."""
    mend = "supprimez les lignes, colonnes et feuilles inutiles, ou envoyez-le en plusieurs fichiers"
    return WorkbookRefused(code, found, "un classeur de données remontées, de taille ordinaire", mend)
