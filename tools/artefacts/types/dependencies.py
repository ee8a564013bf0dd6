"""Manifests and locks of package managers; they stand with the Dockerfile that installs from them."""

from __future__ import annotations

import re

from tools.artefacts.description import ArtefactType
from tools.artefacts.recognition import Recognition
from tools.dependencies import DEPENDENCIES

_NAMES = (
    "requirements.txt pyproject.toml poetry.lock uv.lock pipfile pipfile.lock pdm.lock pylock.toml setup.py "
    "setup.cfg environment.yml environment.yaml conda-lock.yml package.json package-lock.json "
    "npm-shrinkwrap.json yarn.lock pnpm-lock.yaml go.mod go.sum cargo.toml cargo.lock gemfile "
    "gemfile.lock composer.json composer.lock".split()
)

ARTEFACT = ArtefactType(
    name=DEPENDENCIES,
    order=40,
    recognition=Recognition(
        names=re.compile(rf"{'|'.join(map(re.escape, _NAMES))}|(requirements|constraints)[\w.-]*\.(txt|in|lock)"),
        file_name="requirements.txt",
    ),
)
