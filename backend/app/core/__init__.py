"""The kernel, which knows no feature."""

import sys

# structlog imports Rich if it is installed, for tracebacks that nothing here shows. That takes 5 % of the time to start
# and 5 MiB. With `None` that import fails. Typer, which uses Rich, imports it before or after.
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
    import structlog  # noqa: F401

    del sys.modules["rich"]
