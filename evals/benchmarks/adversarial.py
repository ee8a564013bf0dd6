"""One megabyte of anything: each shape that has broken a reader somewhere, in each kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from evals.benchmarks.timing import Measured, timed
from tools.inspection.inspector import inspect
from tools.uploads.files import MAX_FILE_BYTES, SourceFile, Upload

SIZE = MAX_FILE_BYTES - 1_000
PIECES: Mapping[str, str] = {
    "backslashes": "\\",
    "open substitutions": "$((((",
    "nested braces": "${A:-",
    "braces": "{",
    "quotes": "'\"",
    "one word": "a",
    "blanks": " ",
    "dollars": "$$",
    "here documents": "<<A ",
    "assignments": "a=b ",
    "addresses": "https://u:p@h/ ",
    "pipes": "a | b && ",
    "paths": "../",
    "brackets": '["a",',
    "colons": "a:",
    "flags": "--password=x ",
    "hashes": "# ",
}
DOCKERFILES: Mapping[str, Callable[[str], str]] = {
    "a line": lambda piece: "FROM a:1\nRUN " + piece * ((60_000) // len(piece)),
    "four lines": lambda piece: "FROM a:1\n" + ("RUN " + piece * (24_000 // len(piece)) + "\n") * 4,
    "short lines": lambda piece: "FROM a:1\n" + f"RUN {piece}\n" * min(1_900, 98_000 // (5 + len(piece))),
    "continued lines": lambda piece: "FROM a:1\nRUN x \\\n" + f"{piece} \\\n" * (98_000 // (3 + len(piece))),
    "a here document": lambda piece: "FROM a:1\nRUN <<E\n" + f"{piece}\n" * (98_000 // (1 + len(piece))) + "E\n",
    "settings": lambda piece: "FROM a:1\nENV " + piece * (60_000 // len(piece)) + "\nCMD x\n",
    "a list": lambda piece: (
        'FROM a:1\nCMD ["' + piece.replace('"', "'").replace("\\", "/") * (60_000 // len(piece)) + '"]\n'
    ),
    "a megabyte": lambda piece: "FROM a:1\nRUN " + piece * (SIZE // len(piece)),
}
COMPOSES: Mapping[str, Callable[[str], str]] = {
    "a value": lambda piece: "services:\n a:\n  image: >\n   " + piece * (SIZE // len(piece)),
    "a setting": lambda piece: (
        "services:\n a:\n  build: .\n  environment:\n   A: |\n    " + piece * (SIZE // len(piece))
    ),
    "a command": lambda piece: "services:\n a:\n  build: .\n  command: |\n    " + piece * (SIZE // len(piece)),
    "a plain text": lambda piece: piece * (SIZE // len(piece)),
    "many keys": lambda piece: (
        "services:\n" + "".join(f" s{number}: {{image: a}}\n" for number in range(190)) + "#" + piece
    ),
}
OTHERS = (
    "requirements.txt",
    "pyproject.toml",
    "package.json",
    ".dockerignore",
    ".env",
    "plan.md",
    "app.py",
    "start.sh",
)


def adversarial() -> Iterator[Measured]:
    """Milliseconds of the slowest shapes; each is inspected once, warm."""
    slowest = sorted(((timed([partial(inspect, upload)])[0], name) for name, upload in uploads()), reverse=True)
    for milliseconds, name in slowest[:8]:
        yield f"1 MB of {name}", [milliseconds]


def uploads() -> Iterator[tuple[str, Upload]]:
    for what, piece in PIECES.items():
        for shape, text in DOCKERFILES.items():
            yield f"{what} in {shape} of a Dockerfile", _upload({"Dockerfile": text(piece)})
        for shape, text in COMPOSES.items():
            yield f"{what} in {shape} of a Compose file", _upload({"compose.yaml": text(piece)})
        beside = {name: piece * (SIZE // len(piece)) for name in OTHERS}
        lines = {name: f"{piece}\n" * (SIZE // (len(piece) + 1)) for name in OTHERS}
        for name in OTHERS:
            for form in (beside, lines):
                yield f"{what} in {name}", _upload({**_PROJECT, name: form[name]})
    yield from bombs()


_PROJECT = {
    "Dockerfile": 'FROM a:1\nCOPY . /app\nRUN pip install -r requirements.txt\nRUN npm ci\nUSER 1\nCMD ["/start.sh"]\n',
    "compose.yaml": "services: {api: {build: ., environment: {A: $B}}}\n",
}


def bombs() -> Iterator[tuple[str, Upload]]:
    aliases = "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(40))
    yield "an alias bomb", _upload({"compose.yaml": aliases + "services: *a40\n"})
    merges = "a0: &a0 {x: 1}\n" + "".join(f"a{n + 1}: &a{n + 1} {{<<: [*a{n}, *a{n}]}}\n" for n in range(200))
    yield "merged mappings", _upload({"compose.yaml": merges + "services: {s: *a200}\n"})
    yield "a deep list", _upload({"compose.yaml": "services: " + "[" * 400_000})
    yield "a deep mapping", _upload({"compose.yaml": "".join(" " * n + f"k{n}:\n" for n in range(1_300))})
    yield "stages", _upload({"Dockerfile": "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(1_990))})
    yield "one stage copied", _upload({"Dockerfile": "FROM a:1 AS a\n" + "COPY --from=a / /\n" * 1_990})
    yield (
        "arguments",
        _upload({"Dockerfile": "FROM a:1\n" + "".join(f"ARG A{n + 1}=$A{n}$A{n}\n" for n in range(1_990))}),
    )
    yield "runs", _upload({"Dockerfile": "FROM a:1\n" + "RUN pip install a && curl https://b.c/d | sh\n" * 1_900})
    chain = "".join(f" s{n}: {{build: ., depends_on: [s{n + 1}]}}\n" for n in range(190))
    yield "a chain of services", _upload({"compose.yaml": "services:\n" + chain})
    mesh = ", ".join(f"s{n}" for n in range(190))
    dense = "".join(f" s{n}: {{build: ., depends_on: [{mesh}]}}\n" for n in range(100))
    yield "services that all wait for all", _upload({"compose.yaml": "services:\n" + dense})
    many = {f"d{n}/Dockerfile": "FROM a:1\nCOPY . /\n" * 50 for n in range(150)}
    yield "150 Dockerfiles", _upload(many)
    files = {f"f{n}.pem": "-----BEGIN " * 3_000 for n in range(150)}
    yield "150 keys", _upload({"Dockerfile": "FROM a:1\n" + "COPY . /\n" * 1_500, **files})


def _upload(files: Mapping[str, str]) -> Upload:
    return Upload.of(SourceFile(path, text.encode()[:MAX_FILE_BYTES]) for path, text in files.items())
