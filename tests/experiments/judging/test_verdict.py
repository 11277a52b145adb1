from experiments.judging.verdict import ExitCode, Finding, Ruling, Verdict, conclude


def finding(ruling: Ruling) -> Finding:
    return Finding(gate="g", verdict=ruling, observed=1.0, limit=2.0, samples=1, reason="")


def test_every_gate_passing_is_a_pass() -> None:
    passed = [finding(Ruling.PASS), finding(Ruling.PASS)]
    verdict = conclude(faults_left=0, aborted="", invalid=(), findings=passed)
    assert verdict == (Verdict.PASS, ExitCode.PASS)


def test_no_gate_at_all_is_no_pass() -> None:
    verdict = conclude(faults_left=0, aborted="", invalid=(), findings=())
    assert verdict == (Verdict.INCONCLUSIVE, ExitCode.INCONCLUSIVE)


def test_exit_codes_are_what_scripts_rely_on() -> None:
    assert [int(code) for code in ExitCode] == [0, 3, 4, 5, 6, 130]
