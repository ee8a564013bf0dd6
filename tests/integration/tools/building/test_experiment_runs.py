"""Every shipped experiment on a real engine: what it gives contradicts the belief, as it was recorded."""

from __future__ import annotations

import pytest

from knowledge.course.loader import load_course
from knowledge.course.pack import Misconception
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.engine.port import client
from tools.sandbox.experiments.experiment import recorded
from tools.sandbox.experiments.performing import Experiments
from tools.sandbox.lab.engine import LabEngine

pytestmark = pytest.mark.engine
BELIEFS = [belief for lesson in load_course().lessons for belief in lesson.misconceptions if belief.experiment]


@pytest.mark.parametrize("belief", BELIEFS, ids=lambda other_belief: other_belief.id)
def test_reality_contradicts_the_belief(lab: LabEngine, belief: Misconception) -> None:
    assert belief.experiment is not None
    found = Experiments(BuildKit(lab)).perform(belief.experiment, on_progress=lambda _: None, cancelled=lambda: False)
    believed = next(choice.id for choice in belief.experiment.choices if choice.belief)
    assert found.truth not in ("", believed), found.values
    assert found.truth == recorded(belief.experiment).truth
    assert not found.was_recorded
    with client(lab.base_url) as opened:
        assert not opened.containers.list(all=True)
        assert not [tag for image in opened.images.list() for tag in image.tags if "experiment" in tag]
