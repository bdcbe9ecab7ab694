from dataclasses import replace
from typing import Any

import pytest

from scripts.measure.lighthouse import CATEGORIES, Measured, Target, _report, _row, _summarise

TARGET = Target("notes", "/notes", "mobile", (90, 100, 100, 90), 3000)
GOOD = Measured((90, 100, 100, 90), first_paint=1900, largest_paint=3000, blocking=200, shift=0.02)


def report(score: float, paint: float) -> dict[str, Any]:
    audits = (
        "first-contentful-paint",
        "largest-contentful-paint",
        "total-blocking-time",
        "cumulative-layout-shift",
    )
    return {
        "categories": {name: {"score": score} for name in CATEGORIES},
        "audits": {name: {"numericValue": paint} for name in audits},
    }


def test_result_at_the_limits_meets_the_target() -> None:
    assert not GOOD.misses(TARGET)


@pytest.mark.parametrize(
    "change", [{"scores": (90, 99, 100, 90)}, {"largest_paint": 3001}, {"blocking": 201}, {"shift": 0.021}]
)
def test_each_value_alone_can_miss_the_target(change: dict[str, Any]) -> None:
    assert replace(GOOD, **change).misses(TARGET)


def test_medians_of_several_runs_count() -> None:
    measured = _summarise([report(0.5, 9000), report(0.91, 2000), report(0.92, 1000)])
    assert measured.scores == (91, 91, 91, 91)
    assert measured.largest_paint == 2000


def test_row_shows_values_and_targets() -> None:
    assert "| notes, mobile | 90 (>= 90) |" in _row(TARGET, GOOD)
    assert "| 3.00 s (<= 3.0) | 200 ms (<= 200) | 0.020 (<= 0.02) |" in _row(TARGET, GOOD)


def test_redirected_page_is_not_measured() -> None:
    with pytest.raises(RuntimeError, match="redirected from /notes to http://localhost/login"):
        _report('{"finalDisplayedUrl": "http://localhost/login"}', TARGET)
