"""What a file is: its name and what it holds have to agree."""

from __future__ import annotations

import pytest

from tools.uploads.files import SourceFile

FROM = "FROM alpine:3.20\n"


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("Dockerfile", FROM, "dockerfile"),
        ("Dockerfile.prod", FROM, "dockerfile"),
        ("api.Dockerfile", FROM, "dockerfile"),
        ("Dockerfile.txt", FROM, "dockerfile"),
        ("image", "# base\nARG V=1\nFROM --platform=linux/amd64 alpine:$V AS x\nRUN y\n", "dockerfile"),
        ("setup", "#!/bin/sh\nset -e\ncat <<X\nfrom app.main import run\nX\n", "other"),
        ("letter", "From here we go to the sea.\n", "other"),
        ("Dockerfile.md", "# How a Dockerfile begins\n\nFROM alpine\n", "other"),
        ("dockerfile-parser.js", "export const x = 1\n", "other"),
        ("dockerfile.yaml", "- id: x\n", "other"),
        ("dockerfile.ipynb", "{}", "other"),
        ("Dockerfile.j2", "FROM {{ base }}\n", "other"),
        ("Dockerfile.tmp", "FROM {{ base }}\n", "other"),
        ("Dockerfile.gpu", "{% if gpu %}\nFROM a:1\n{% endif %}\n", "other"),
        ("Dockerfile-build", "#!/bin/sh\necho FROM\n", "other"),
        ("Dockerfile", "#!/usr/bin/env x\nFROM a:1\n", "dockerfile"),
        ("Dockerfile", "FROM a:1\nRUN docker inspect --format '{{.Id}}' x\n", "dockerfile"),
        ("compose.yaml", "nothing: here\n", "compose"),
        ("compose-secrets.yaml", "title: Secrets in Compose\nnotes: []\n", "other"),
        ("blueprint.yaml", "- id: x\n", "other"),
        ("blueprint.yaml", "web:\n  image: nginx\n", "compose"),
        ("docker-compose.dev.yml", "services:\n  a: {image: x}\n", "compose"),
        ("stack.yml", "name: x\nservices:\n  a: {image: x}\nx-a: 1\n", "compose"),
        ("twins.yaml", "user: {claim: x}\nservices: {claim: y}\n", "other"),
        (".gitlab-ci.yml", "image: x\nservices:\n  - postgres\n", "other"),
    ],
)
def test_name_and_content_together(path: str, text: str, kind: str) -> None:
    assert SourceFile(path, text.encode()).kind == kind
