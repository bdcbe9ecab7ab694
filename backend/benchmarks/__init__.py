"""Measures the CPU cost of requests compared with the minimum possible: `./scripts/bench --help`. See README.md."""
