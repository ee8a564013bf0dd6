"""No stack breaks the inspection: every key that a service knows, with values of every shape."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.compose.checks.keys import SERVICE_KEYS, TOP_KEYS
from tools.compose.rules import COMPOSE_ASPECTS
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

WORDS = st.sampled_from(
    (
        "a:1 $A ${A:-b} ${A:?c} ${A 8000:80 0-9:0-9 ²:² ../x:/y /:/z .:/w v:/data https://u:p@h/x true off null 0644 "
        "1.5 db:5432 service_healthy NONE CMD-SHELL compose.yaml a b -1 99999999999999999999 \u0000 é <<EOF [ ] { }"
    ).split(" ")
)
SCALARS = st.one_of(
    WORDS, st.none(), st.booleans(), st.integers(-5, 10**12), st.floats(allow_nan=False), st.text(max_size=8)
)
KEYS = st.sampled_from(
    "condition target source type published host_ip file service path test interval disable context dockerfile args "
    "external driver driver_opts device name limits resources memory replicas a b required env_file".split()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=6,
)
SERVICES = st.dictionaries(
    st.sampled_from(["a", "b", "db"]), st.dictionaries(st.sampled_from(sorted(SERVICE_KEYS)), VALUES)
)
STACKS = st.fixed_dictionaries(
    {"services": st.one_of(SERVICES, VALUES)},
    optional=dict.fromkeys(sorted(TOP_KEYS - {"services"}), VALUES),
)
DOCKERFILE = b'FROM a:1\nEXPOSE 80\nHEALTHCHECK CMD x\nENV B=http://c:1\nCMD ["x"]\n'
PROGRAM = b"import os\nos.environ['X_Y']\nget('http://q:9/')\n"


@given(STACKS, st.sampled_from(["", "A=1\n"]))
@settings(max_examples=150, deadline=None)
def test_any_stack_is_judged(stack: object, env: str) -> None:
    files = {
        "compose.yaml": json.dumps(stack).encode(),
        "Dockerfile": DOCKERFILE,
        "app.py": PROGRAM,
        ".env": env.encode(),
    }
    found = inspect(Upload.of(SourceFile(path, data) for path, data in files.items()))
    assert set(found.criteria) >= set(COMPOSE_ASPECTS)
    assert all(finding.line >= 1 and finding.end_line >= finding.line and finding.message for finding in found.findings)
