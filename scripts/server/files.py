"""Write small private files atomically."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str, *, keep: bool = False) -> None:
    """Write `text` to `path` atomically, with mode 600: a reader sees either the old file or the new one.

    With `keep`, an existing file is not changed, even if two processes write concurrently.
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
