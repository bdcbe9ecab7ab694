"""Previews of mails with sample values, for `python -m app.cli mail preview`."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from app.core.mail.messages import Template

_FRAME = """<h2>{subject} <small>{name}</small></h2>
<iframe src="{name}.html" width="320" title="{name}, 320 pixels"></iframe>
<iframe src="{name}.html" width="700" title="{name}, 700 pixels"></iframe>
<iframe src="{name}.txt" width="400" title="{name}, text"></iframe>
"""
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Mails</title>
<style>
  :root {{ color-scheme: light dark }} body {{ font-family: system-ui, sans-serif; margin: 2rem }}
  iframe {{ height: 640px; border: 1px solid #8888; max-width: 100% }} small {{ font-weight: normal }}
</style>
{frames}</html>
"""


def write_previews(templates: Iterable[Template], folder: Path) -> Path:
    """Write each mail as `<name>.html` and `<name>.txt`. Returns a page that shows all of them in two widths.

    The browser shows them in its own color scheme.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frames = ""
    for template in templates:
        content = template.render(template.sample)
        (folder / f"{template.name}.html").write_text(content.html, encoding="utf-8")
        (folder / f"{template.name}.txt").write_text(content.text, encoding="utf-8")
        frames += _FRAME.format(subject=escape(content.subject), name=template.name)
    page = folder.resolve() / "index.html"
    page.write_text(_PAGE.format(frames=frames), encoding="utf-8")
    return page
