"""The load test must detect a lost write and a repeated write."""

from collections import Counter

import pytest

from scripts.measure.load import Report


@pytest.mark.parametrize(
    ("sent", "acknowledged", "version", "lost", "repeated"),
    [
        (0, [], 1, False, False),
        (2, [3, 2], 3, False, False),
        pytest.param(2, [2], 3, False, False, id="the response was lost, the write was not"),
        pytest.param(2, [2], 2, False, False, id="a write failed"),
        pytest.param(2, [2, 3], 2, True, False, id="the last write is lost"),
        pytest.param(2, [2, 2], 2, True, False, id="a write replaced another one"),
        pytest.param(2, [2, 4], 4, False, True, id="a write was applied twice"),
    ],
)
def test_versions_reveal_lost_and_repeated_writes(
    sent: int, acknowledged: list[int], version: int, lost: bool, repeated: bool
) -> None:
    report = Report(sent=Counter(ada=sent))
    report.acknowledged["ada"] = acknowledged
    report.close({"ada": version})
    assert (bool(report.lost), bool(report.repeated), report.writes) == (lost, repeated, len(acknowledged))
