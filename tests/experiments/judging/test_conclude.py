import pytest

from experiments.judging.conclude import Conclusion
from experiments.judging.verdict import ExitCode, Judgement, Verdict


@pytest.mark.parametrize(
    ("code", "unwritten", "exit_code"),
    [
        (ExitCode.PASS, (), ExitCode.PASS),
        (ExitCode.PASS, ("could not write verdict.json",), ExitCode.INCONCLUSIVE),
        (ExitCode.FAIL, ("could not write verdict.json",), ExitCode.FAIL),
        (ExitCode.ABORTED, (), ExitCode.ABORTED),
    ],
)
def test_a_pass_that_nobody_can_read_is_no_pass(
    code: ExitCode, unwritten: tuple[str, ...], exit_code: ExitCode
) -> None:
    judgement = Judgement(verdict=Verdict.PASS, exit_code=code)
    assert Conclusion(judgement, unwritten).exit_code == exit_code
