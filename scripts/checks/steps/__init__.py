"""Steps of `./scripts/test lint` for parts that not every project has.

Each module has `check(runner)`, and `PATHS`: a regular expression of the files for which `quick` runs it.
"""
