"""`copier`, without what it does again for each path to no effect. The checks of the template run it a hundred times.

Copier 9.19 compiles each part of each path as a Jinja template, and starts git for each file to read one setting. What
it writes is the same: a test compares. A copier that has changed inside fails here, not silently.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from copier._cli import CopierApp
from copier._main import Worker, get_git

_render = Worker._render_string
_answers_file = Worker.answers_relpath.fget
_sync = Worker._sync_git_index_executable_bit


def _render_unless_plain(worker: Worker, text: str, extra_context: dict[str, Any] | None = None) -> str:
    return _render(worker, text, extra_context) if "{" in text else text


def _plain_answers_file(worker: Worker) -> Path:
    path = str(worker.answers_file or worker.template.answers_relpath)
    return Path(path) if "{" not in path else _answers_file(worker)


@lru_cache
def _ignores_modes(repository: Path) -> bool:
    arguments = ("config", "--type=bool", "--get", "core.fileMode")
    return str(get_git(context_dir=repository)(*arguments, retcode=None)).strip() == "false"


def _sync_where_needed(worker: Worker, path: Path, mode: int) -> None:
    if _ignores_modes(worker.subproject.local_abspath):
        _sync(worker, path, mode)


if __name__ == "__main__":
    Worker._render_string = _render_unless_plain
    Worker.answers_relpath = property(_plain_answers_file)
    Worker._sync_git_index_executable_bit = _sync_where_needed
    CopierApp.run()
