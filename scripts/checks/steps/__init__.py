"""Steps of `./scripts/test lint` for parts that a project may lack.

Each module has `check(runner)`, and in `PATHS` a regular expression of the files whose change makes `quick` run it.
"""
