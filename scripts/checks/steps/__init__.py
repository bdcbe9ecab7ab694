"""Steps of `./scripts/test lint` for parts that a project may not have. Each module is one step with `check(runner)`."""
