"""Whether the load under which deployments are tried would see a write that is lost, or done twice."""

from collections import Counter

import pytest

from scripts.measure.load import Report


@pytest.mark.parametrize(
    ("sent", "answered", "version", "lost", "repeated"),
    [
        (0, [], 1, False, False),
        (2, [3, 2], 3, False, False),
        pytest.param(2, [2], 3, False, False, id="the answer was lost, the write was not"),
        pytest.param(2, [2], 2, False, False, id="a write failed"),
        pytest.param(2, [2, 3], 2, True, False, id="the last write is gone"),
        pytest.param(2, [2, 2], 2, True, False, id="a write took the place of another that is gone"),
        pytest.param(2, [2, 4], 4, False, True, id="a write was done twice"),
    ],
)
def test_versions_tell_what_became_of_the_writes(
    sent: int, answered: list[int], version: int, lost: bool, repeated: bool
) -> None:
    report = Report(sent=Counter(ada=sent))
    report.acknowledged["ada"] = answered
    report.close({"ada": version})
    assert (bool(report.lost), bool(report.repeated), report.writes) == (lost, repeated, len(answered))
