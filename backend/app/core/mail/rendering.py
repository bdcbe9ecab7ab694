"""Renders the templates of a mail: Jinja2 in which an undefined variable is an error, and MJML for the HTML."""

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from mjml import mjml2html

from app.core.features import APP_DIR
from app.core.settings import settings

_templates = Environment(
    loader=FileSystemLoader(APP_DIR),
    undefined=StrictUndefined,
    autoescape=select_autoescape(["mjml"]),
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(path: str, **values: Any) -> tuple[str, str]:
    """Return the HTML and the text of `<path>.mjml` and `<path>.txt`. The HTML escapes the values."""
    values = {"project_name": settings.PROJECT_NAME, "frontend_url": settings.FRONTEND_URL, **values}
    mjml = _templates.get_template(f"{path}.mjml").render(values)
    return mjml2html(mjml), _templates.get_template(f"{path}.txt").render(values)
