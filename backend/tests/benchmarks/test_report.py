"""The arithmetic behind the tables and `--check`."""

from pathlib import Path

import pytest

from benchmarks.baseline import read_baseline, write_baseline
from benchmarks.endpoints import NAMES
from benchmarks.measure import LoginEffect, Sample
from benchmarks.report import (
    Budgets,
    Figure,
    Share,
    endpoint_figures,
    endpoints_table,
    failures,
    floor_figures,
    login_figures,
    medians,
    ratio,
    read_budgets,
    table,
)

BUDGETS = Budgets(floor={"item": 2.0}, endpoint={"items_all": Share("items", 3.0)}, p99_while_logins={"users_me": 2.0})


def sample(server_us: float, postgres_us: float = 0.0) -> Sample:
    return Sample(rps=1000, p50_ms=1, p99_ms=2, server_us=server_us, postgres_us=postgres_us)


def test_budgets_name_measured_endpoints() -> None:
    budgets = read_budgets()
    named = {*budgets.floor, *budgets.endpoint, *(share.than for share in budgets.endpoint.values())}
    assert named <= set(NAMES)
    assert budgets.floor["users_me"] == 1.6
    assert budgets.endpoint["items_deep_cursor"] == Share("items_all", 1.2)


def test_ratio_counts_application_and_postgresql() -> None:
    assert ratio([sample(300, 100)], [sample(150, 50)]) == 2.0


def test_ratio_is_the_median_of_all_rounds() -> None:
    # In the second round, the machine was ten times slower for both.
    app = [sample(200), sample(3000), sample(200)]
    floor = [sample(100), sample(1000), sample(100)]
    assert ratio(app, floor) == 2.0


def test_different_numbers_of_rounds_are_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio([sample(1)], [sample(1), sample(1)])


def test_middle_is_the_median_of_each_column() -> None:
    assert medians([sample(1, 30), sample(2, 10), sample(9, 20)]) == sample(2, 20)


@pytest.mark.parametrize(
    ("ratio", "budget", "verdict"),
    [(2.0, 2.0, "ok"), (2.01, 2.0, "over"), (2.5, 2.0, "over"), (2.51, 2.0, "FAIL"), (99.0, None, "")],
)
def test_verdict_tolerates_a_quarter_over_budget(ratio: float, budget: float | None, verdict: str) -> None:
    assert Figure("item", ratio, budget).verdict == verdict


def test_waiting_time_never_fails() -> None:
    assert Figure("app", 9.0, 2.0, checked=False).verdict == "over"


def test_check_fails_only_beyond_the_cpu_tolerance() -> None:
    waiting = Figure("app", 9.0, 2.0, checked=False)
    figures = [Figure("item", 2.6, 2.0), Figure("items", 2.4, 2.0), Figure("login", 9.0, None), waiting]
    assert failures(figures) == ["item"]


def test_figures_get_their_budgets_by_name() -> None:
    samples = {
        ("item", "app"): [sample(300)],
        ("item", "floor"): [sample(100)],
        ("login", "app"): [sample(400)],
        ("login", "floor"): [sample(100)],
    }
    assert floor_figures(samples, BUDGETS) == [Figure("item", 3.0, 2.0), Figure("login", 4.0, None)]
    assert endpoint_figures(samples, BUDGETS) == []


def test_endpoint_is_compared_with_another_endpoint() -> None:
    samples = {
        ("items", "app"): [sample(100)],
        ("items", "floor"): [sample(1)],
        ("items_all", "app"): [sample(350)],
        ("items_all", "floor"): [sample(1)],
    }
    assert endpoint_figures(samples, BUDGETS) == [Figure("items_all", 3.5, 3.0)]


def test_logins_are_rated_for_the_application_only() -> None:
    effects = {name: [LoginEffect(2.0, 6.0, 4.0)] for name in ("app", "floor")}
    figures = login_figures(effects, BUDGETS)
    assert [(figure.ratio, figure.verdict) for figure in figures] == [(3.0, "over"), (3.0, "")]


def test_table_shows_cpu_ratio_and_previous_ratio() -> None:
    samples = {("item", "app"): [sample(250, 50)], ("item", "floor"): [sample(90, 10)]}
    lines = endpoints_table(samples, floor_figures(samples, BUDGETS), {"item": 2.5}).splitlines()
    cells = [cell.strip() for cell in lines[2].strip("|").split("|")]
    assert cells == ["item", "1,000", "1.00", "2.00", "250", "50", "300", "100", "3.00", "2.50", "2.00", "FAIL"]


def test_table_columns_are_aligned() -> None:
    assert table(["name", "us"], [["a", "1"], ["longer", "1,000"]]) == (
        "| name   |    us |\n|--------|------:|\n| a      |     1 |\n| longer | 1,000 |"
    )


def test_baseline_keeps_figures_not_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "bench" / "machine.json"
    assert read_baseline(file) == {}
    write_baseline(file, [Figure("item", 2.0, None), Figure("items", 1.5, None)], [Figure("items", 3.0, None)])
    write_baseline(file, [Figure("item", 1.0, None)], [])
    assert read_baseline(file) == {"item": 1.0, "items": 1.5, "items share": 3.0}
