"""What is left out of a build's context; it stands with the Dockerfile."""

from __future__ import annotations

import re

from tools.artefacts.description import ArtefactType
from tools.artefacts.recognition import Recognition
from tools.dockerfile import DOCKERIGNORE

ARTEFACT = ArtefactType(
    name=DOCKERIGNORE,
    order=10,  # before the Dockerfile, whose names `Dockerfile.dockerignore` would fit too
    recognition=Recognition(
        names=re.compile(r".*\.dockerignore", re.DOTALL),
        file_name=".dockerignore",
        mentioned=re.compile(r"docker ?ignore", re.IGNORECASE),
    ),
    comment="#",
    is_single=True,
)
