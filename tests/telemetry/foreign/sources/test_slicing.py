from telemetry.foreign.sources.slicing import Hit, sliced


def found(moments: list[int], limit: int) -> tuple[set[object], list[str]]:
    def search(start: int, end: int) -> list[Hit]:
        hits: list[Hit] = [{"at": at} for at in moments if start <= at <= end]
        return hits[:limit]

    cuts: list[str] = []
    return {hit["at"] for hit in sliced(search, 0, 1000, limit, cuts)}, cuts


def test_everything_is_found_however_small_the_limit() -> None:
    assert found(list(range(1000)), 10) == (set(range(1000)), [])


def test_where_one_moment_holds_more_than_the_limit_the_cut_is_told() -> None:
    hits, cuts = found([500] * 50, 10)
    assert hits == {500}
    assert all("cut at 10 traces" in cut for cut in cuts)
    assert cuts
