"""Steps of `./scripts/test lint` for parts that a project may not have: modules with `check(runner)`."""
