"""Whatever the bytes, a file gets an answer: 500 random mutations of good workbooks, through the one door."""

import random
import zipfile
from io import BytesIO

from indicators.intake.files import read_file
from indicators.intake.reference import Reference
from tests.indicators.intake.test_template import TEMPLATE
from tests.workbooks import xlsx, zipped

TURNS = 500


def stored(data: bytes) -> bytes:
    """The same package without compression, so that a mutation reaches its XML."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()}, method=zipfile.ZIP_STORED)


def resealed(data: bytes, chance: random.Random) -> bytes:
    """One part changed, then a package whose checksums are right: the mutation gets as far as the checks."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    part = parts[chance.choice([name for name in parts if name.endswith((".xml", ".rels"))])]
    mutate(part, chance)
    return zipped({name: bytes(content) for name, content in parts.items()})


def mutate(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(max(1, len(data)))
        if chance.random() < 0.3:
            del data[place : place + chance.randint(1, 60)]
        else:
            data[place : place + 1] = bytes([chance.choice(b'<>/"=&;0159AZaz\x00\xff')])


def test_five_hundred_mutations_are_read_or_refused(reference: Reference) -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)  # shown when it fails
    chance = random.Random(seed)
    good = [xlsx(), stored(xlsx()), TEMPLATE, stored(TEMPLATE)]
    refused = 0
    for turn in range(TURNS):
        data = good[turn % 4]
        if turn % 3:
            data = resealed(data, chance)
        else:
            changed = bytearray(data)
            mutate(changed, chance)
            data = bytes(changed)
        intake = read_file(data, reference)
        assert all(str(problem) for problem in intake.problems)
        refused += intake.is_refused
    assert 0 < refused < TURNS
