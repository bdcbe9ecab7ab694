"""Small files that are either complete or not there, and private where they hold a secret."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str, *, keep: bool = False) -> None:
    """Write `text` to `path` with mode 600, in one step: a reader sees the old file or the whole new one.

    With `keep` an existing file stays as it is, also when two processes write at once.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        if keep:
            with contextlib.suppress(FileExistsError):
                os.link(temporary, path)
        else:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
