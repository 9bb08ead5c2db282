"""What is printed: A4 pages in HTML that a browser prints.

A file that the command line writes carries its style; a page of the server links it,
for its policy allows no style from within.
"""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def page(template: str, *, style_url: str, **facts: Any) -> str:
    """Return a whole HTML document.

    Args:
        template: Its name and that of its style, without an ending.
        style_url: Where the style is found; empty to write it into the document.
        facts: What the template shows.
    """
    drawn = _environment().get_template(f"{template}.html")
    style = "" if style_url else _style(template)
    return drawn.render(style=style, style_url=style_url, **facts)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("intake_server"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style(name: str) -> str:
    path = files("intake_server") / "static" / f"{name}.css"
    return f"<style>\n{path.read_text('utf-8')}</style>"
