"""Base images from a registry: a real one, by the engine's own way out, which builds do not have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.image_registry import HOST, PROGRAM, ImageRegistry, running_registry
from tests.lab_engine import BUSYBOX, CONFIG, begin_with_busybox
from tools.errors import LabFailed
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.builder import Outcome
from tools.sandbox.lab.engine import LabEngine
from tools.uploads.files import SourceFile, Upload

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def registry(lab: LabEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageRegistry]:
    if not PROGRAM.exists():
        pytest.skip("scripts/test-setup has found no image registry")
    with running_registry(tmp_path_factory.mktemp("registry")) as running:
        lab.lab.start(CONFIG.model_copy(update={"registry": f"{HOST}/mirror"}))
        lab.test()
        try:
            yield running
        finally:
            begin_with_busybox(lab)
            lab.test()


def _built(lab: LabEngine, dockerfile: str) -> Outcome:
    upload = Upload.of([SourceFile("Dockerfile", dockerfile.encode())])
    return BuildKit(lab).build(upload, on_progress=lambda _: None, cancelled=lambda: False).outcome


def test_an_image_comes_under_the_name_that_dockerfiles_use(lab: LabEngine, registry: ImageRegistry) -> None:
    digest = registry.push(BUSYBOX, "mirror/library/tiny", "1.2")
    assert lab.lab.pull("library/tiny:1.2") == ("tiny:1.2",)
    assert lab.offered() == ("busybox:stable", "tiny:1.2")
    lab.test()
    assert _built(lab, 'FROM tiny:1.2\nCMD ["true"]\n') is Outcome.BUILT
    assert _built(lab, f'FROM tiny:1.2@{digest}\nCMD ["true"]\n') is Outcome.BUILT
    assert _built(lab, f'ARG B=docker.io/library/tiny@{digest}\nFROM $B\nCMD ["true"]\n') is Outcome.BUILT
    assert _built(lab, f'FROM tiny:1.2@sha256:{"0" * 64}\nCMD ["true"]\n') is Outcome.REFUSED


def test_a_digest_is_held_to(lab: LabEngine, registry: ImageRegistry) -> None:
    digest = registry.push(BUSYBOX, "mirror/exact", "3")
    assert lab.lab.pull(f"exact:3@{digest}") == ("exact:3",)
    with pytest.raises(LabFailed, match="did not take the image"):
        lab.lab.pull(f"exact:4@sha256:{'0' * 64}")
    assert "exact:4" not in lab.offered()


def test_builds_do_not_reach_it(lab: LabEngine, registry: ImageRegistry) -> None:
    registry.client.get("/v2/").raise_for_status()
    assert _built(lab, f"FROM tiny:1.2\nRUN wget -T 2 -O - http://{HOST}/v2/\n") is Outcome.FAILED
    assert _built(lab, f"FROM {HOST}/mirror/exact:3\n") is Outcome.REFUSED
