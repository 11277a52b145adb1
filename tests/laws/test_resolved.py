"""Whatever ran reads back equal from its run folder."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from experiments.model import Experiment
from experiments.reading.document import parse_document
from experiments.reading.read import experiment_of
from experiments.reading.resolved import resolved_yaml
from experiments.reading.shape import RunShape
from tests.experiments.files import GOOD

RUN = RunShape(run_tag="0a1b2c3d", run_id="20261122T230146Z-drill-0a1b2c3d", name="drill")
BASE = experiment_of(parse_document(GOOD, "drill.yaml"))

shares = st.floats(0, 1, allow_subnormal=False)
seconds = st.floats(0.001, 20, allow_subnormal=False)


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    duration_s = draw(seconds)
    fault = msgspec.structs.replace(
        BASE.faults[0],
        duration_s=duration_s,
        share=draw(shares),
        ramp_s=draw(st.floats(0, duration_s, allow_subnormal=False)),
        draw=draw(st.sampled_from(["attempt", "exchange"])),
        group=draw(st.sampled_from(["", "g", "no", "1"])),
        inject={"http_error": {"status": 503, "retry_after_s": None, "message": draw(st.text())}},
    )
    return msgspec.structs.replace(
        BASE,
        title=draw(st.text()),
        file="",
        faults=(fault,),
        seed=draw(st.integers(0, 2**63 - 1)),
        baseline=msgspec.structs.replace(BASE.baseline, max_error_share=draw(shares)),
        bystanders=draw(st.booleans()),
    )


@given(experiments())
def test_an_experiment_reads_back_equal_whatever_its_words_and_numbers(
    experiment: Experiment,
) -> None:
    text = resolved_yaml(experiment, RUN)
    assert experiment_of(parse_document(text, "experiment.yaml"), need_files=False) == experiment
