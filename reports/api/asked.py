"""What an address of the API may say, and what is found there."""

import re
from datetime import date
from typing import Annotated, Any

from django.http import Http404
from django.utils import timezone
from ninja import Path, Query
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from cog.models import Convention
from cog.queries import current_convention

TEXT = r"^[^\x00-\x1f\x7f]*$"
"""Any readable text: no control character, which a database refuses (the door tells it in French)."""

_DAY = r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$"


def _written_as_a_day(value: Any) -> Any:
    """A date of another form is refused: « 1388448000 » would be read as seconds."""
    if isinstance(value, str) and not re.fullmatch(_DAY, value):
        raise PydanticCustomError("date_form", "AAAA-MM-JJ")
    return value


Written = Annotated[
    date,
    BeforeValidator(_written_as_a_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": _DAY}),
]
At = Annotated[
    Written | None,
    Query(
        description="situation à cette date ; sans elle, aujourd'hui, ou le dernier jour de la convention",
        examples=["2014-12-31"],
    ),
]
Year = Annotated[int | None, Query(ge=1900, le=2099, description="année", examples=[2014])]
Period = Annotated[
    str,
    Query(
        pattern=r"^([0-9]{4}(-(0[1-9]|1[0-2]|T[1-4]|S[12]))?)?$",
        description="période : 2014-03, 2014-T1, 2014-S1 ou 2014",
        examples=["2014"],
    ),
]
IndicatorCode = Annotated[
    str, Path(max_length=12, pattern=TEXT, description="code d'un indicateur", examples=["F10-21"])
]
ByIndicator = Annotated[
    str, Query(max_length=12, pattern=TEXT, description="code d'un indicateur", examples=["F10-21"])
]
ByFiche = Annotated[int | None, Query(ge=1, le=999, description="numéro d'une fiche", examples=[10])]
FicheNumber = Annotated[int, Path(ge=0, le=999, description="numéro d'une fiche", examples=[10])]
Words = Annotated[str, Query(max_length=80, pattern=TEXT, description="mots cherchés", examples=["accueil"])]

Label = Annotated[str, Field(description="intitulé, tel qu'imprimé")]
SeedLine = Annotated[int, Field(description="ligne du texte de la convention", examples=[9754])]
Simulated = Annotated[bool, Field(description="vrai si une donnée simulée y entre")]


def convention_in_view() -> Convention:
    found = current_convention()
    if found is None:
        raise Http404("Trouvé aucune convention chargée, attendu une.")
    return found


def day_of(at: date | None, convention: Convention) -> date:
    """The date in view, as on the pages: today, or the term's last day once it is over, unless asked."""
    return at or min(timezone.localdate(), convention.end)
