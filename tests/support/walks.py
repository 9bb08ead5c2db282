"""All pages that somebody reaches by links, and a walk through each by keyboard."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

OF_A_KIND: Final = 3
"""So many pages that one view makes are looked at."""

_LINKS: Final = "Array.from(document.links).map(one => one.href)"
_STOPS: Final = """() => {
  document.querySelectorAll("details").forEach(one => { one.open = true });
  const able = "a[href], button, input, select, textarea, summary";
  const radios = new Set();
  let number = 0;
  const shown = document.querySelector("dialog:modal") ?? document;
  for (const one of shown.querySelectorAll(able)) {
    if (one.disabled || one.type === "hidden" || !one.checkVisibility()) continue;
    if (one.tabIndex < 0 || one.closest("[inert]")) continue;
    if (one.type === "radio") {
      const group = `${one.form && one.form.id}/${one.name}`;
      if (radios.has(group)) continue;
      radios.add(group);
      document.getElementsByName(one.name).forEach(it => { it.dataset.stop = number });
    }
    one.dataset.stop = number++;
  }
  document.activeElement.blur();
  window.scrollTo(0, 0);
  return number;
}"""
_HERE: Final = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const shows = [one, one.closest("label")].some((around) => {
    const style = around && getComputedStyle(around);
    return style && (style.outlineStyle !== "none" || style.boxShadow !== "none");
  });
  const inside = box.bottom > 0 && box.top < innerHeight;
  return [one.dataset.stop ?? "", shows && inside, one.outerHTML.slice(0, 120)];
}"""


def reached(
    page: Page, app: Flask, address: str, *, starts: Sequence[str], known: set[str]
) -> Iterator[tuple[str, str]]:
    """Open what links lead to, from some pages on; yield each view's name and the path.

    What is a file, or leads elsewhere, is left out. The page is open while it is
    yielded.

    Args:
        page: A window of a browser in which somebody is signed in, or nobody.
        app: What is served.
        address: Where.
        starts: The paths of the first pages.
        known: Paths that were yielded before, and need not be again; grows.
    """
    routes = app.url_map.bind(urlsplit(address).netloc)
    waiting, opened, seen = [*starts], set[str](), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        try:
            view, _ = routes.match(path.partition("?")[0], "GET")
        except HTTPException:
            continue
        if path in opened or seen[view] >= OF_A_KIND or not _is_page(view):
            continue
        opened.add(path)
        seen[view] += 1
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status in (200, 401), path
        waiting += [
            f"{there.path}?{there.query}" if there.query else there.path
            for there in map(urlsplit, page.evaluate(_LINKS))
            if there.netloc == urlsplit(address).netloc
        ]
        if path not in known:
            known.add(path)
            yield view, path


def _is_page(view: str) -> bool:
    return view not in FILES and not view.startswith(("api-docs.", "field.", "static"))


FILES: Final = frozenset(
    f"pages.{name}"
    for name in (
        *("copy", "original", "small", "following", "raw", "count_decided"),
        *("list_children", "list_devices", "list_people", "list_queue", "list_tasks"),
    )
)
"""Views whose answer is a file, a part of a page, or leads on to one."""


def stumbles(page: Page) -> list[str]:
    """Walk through an open page with the Tab key; return where that fails.

    Every control must be reached, show that it is, and be in sight then; of one that is
    several stops, as a date is, one must.
    """
    left = set(map(str, range(page.evaluate(_STOPS))))
    hidden: dict[str, str] = {}
    seen: set[str] = set()
    ends = 0
    for _ in range(len(left) + 20):
        page.keyboard.press("Tab")
        here: Any = page.evaluate(_HERE)
        if here is None:  # past the end; some pages begin in the middle
            if ends:
                break
            ends += 1
            continue
        stop, is_seen, what = here
        left.discard(stop)
        if is_seen:
            seen.add(stop)
        else:
            hidden[stop] = f"nobody sees that the keyboard is at {what}"
    found = [fault for stop, fault in hidden.items() if stop not in seen]
    if left:
        found.append(
            "no key leads to "
            + str(
                page.evaluate(
                    "stops => stops.map(stop => document.querySelector("
                    "`[data-stop='${stop}']`).outerHTML.slice(0, 120))",
                    sorted(left),
                )
            )
        )
    return found
