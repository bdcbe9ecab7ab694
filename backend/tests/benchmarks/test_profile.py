"""The profile divides the CPU time of a request in proportion to the samples."""

import pytest

from benchmarks.__main__ import read_arguments
from benchmarks.profile import Row, show
from scripts.local.layout import BACKEND


def test_samples_become_microseconds() -> None:
    rows: list[Row] = [
        (f"{BACKEND}/app/items/crud.py", 10, "read_items", 1, 4),
        (f"{BACKEND}/.venv/lib/python3.11/site-packages/psycopg/cursor_async.py", 20, "execute", 3, 3),
    ]
    lines = show("items", rows, 400.0).splitlines()
    assert "    300.0  psycopg" in lines
    assert "    100.0  app" in lines
    assert "    400.0  app/items/crud.py:10 read_items" in lines
    assert "    300.0  psycopg/cursor_async.py:20 execute" in lines


def test_quick_means_fewer_and_shorter_rounds() -> None:
    assert (read_arguments([]).rounds, read_arguments([]).seconds) == (5, 2.0)
    assert (read_arguments(["--quick"]).rounds, read_arguments(["--quick"]).seconds) == (3, 1.0)
    assert read_arguments(["--quick", "--rounds", "7"]).rounds == 7


@pytest.mark.parametrize(
    "arguments", [["--endpoint", "nothing"], ["--rounds", "0"], ["--seconds", "-1"], ["--rounds", "x"]]
)
def test_invalid_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(arguments)
    assert arguments[0] in capsys.readouterr().err
