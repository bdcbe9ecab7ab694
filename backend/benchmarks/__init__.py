"""Measures what a request costs, against the least that it could cost. `./scripts/bench --help`; see README.md."""
