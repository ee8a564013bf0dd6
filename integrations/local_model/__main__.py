"""The server's own process: prints its address on one line, and ends when its input does."""

from __future__ import annotations

import os
import sys

CONTEXT = 8_192  # tokens of a prompt with its answer


def main(path: str, port: int) -> None:
    import xllamacpp  # noqa: PLC0415 - an extra: only this process needs it

    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = os.cpu_count() or 1
    parameters.verbosity = 0
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.buffer.read()  # whoever started us is gone then, by whatever way


main(sys.argv[1], int(sys.argv[2]))
