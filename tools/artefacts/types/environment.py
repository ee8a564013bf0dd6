"""Files of environment variables; a Compose file reads them."""

from __future__ import annotations

import re

from tools.artefacts.description import ArtefactType
from tools.artefacts.recognition import Recognition
from tools.compose import ENVIRONMENT

ARTEFACT = ArtefactType(
    name=ENVIRONMENT,
    order=50,
    recognition=Recognition(names=re.compile(r"\.env([.-].+)?|.+\.env"), file_name=".env"),
)
