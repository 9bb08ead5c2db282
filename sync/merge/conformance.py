"""Run a scenario file through the incremental engine and the fold.

``python -m sync.merge.conformance FILE.json [--orders N]`` feeds each scenario to
``heads.apply`` in every order up to five edits and N random orders above, each with
duplicates; every end must equal the fold and what the scenario expects. It prints a
line per failing scenario and ``N passed, M failed`` last; exit 1 when any failed.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from typing import Any, Final

from sync.change import Change
from sync.errors import ScenarioError, SchemaError, SyncError
from sync.merge.fold import Picture, fold, picture_of
from sync.merge.heads import State, apply
from sync.merge.queue import KINDS, Item
from sync.merge.scenario import authored
from sync.merge.schema import Schema

FORMAT: Final = "reunion-sync-scenarios/1"
ALL_ORDERS_UP_TO: Final = 5
_ITEM_KEYS: Final = frozenset(
    {
        "type",
        "doc",
        "cell",
        "candidates",
        "element",
        "change",
        "code",
        "log",
        "seq",
        "rule",
        "provisional",
    }
)
_KEYS: Final = frozenset(
    {"id", "title", "tags", "given", "when", "then", "edits", "expect"}
)
_EXPECT_KEYS: Final = frozenset({"values", "queue", "clusters", "after"})
_AFTER_KEYS: Final = frozenset({"delivered", "values", "queue", "clusters"})


def run(scenario: Mapping[str, Any], schema: Schema, *, orders: int) -> str | None:
    """Return why a scenario fails, or None when it passes.

    Args:
        scenario: One entry of the file's ``scenarios``.
        schema: The file's schema.
        orders: How many random orders of arrival, where there are too many for all.
    """
    try:
        return _run(scenario, schema, orders)
    except SyncError as error:
        return str(error)


def compare(
    picture: Picture, expected: Mapping[str, Any], schema: Schema
) -> str | None:
    """Return where a picture differs from what a scenario expects, or None."""
    for doc, fields in expected.get("values", {}).items():
        shown = picture.views[doc].values if doc in picture.views else {}
        for name, value in fields.items():
            if plain(shown.get(name), name, schema) != value:
                return f"{doc}.{name} shows {shown.get(name)!r}, not {value!r}"
    if "clusters" in expected:
        clusters = [list(cluster) for cluster in picture.identity.clusters]
        if clusters != sorted(expected["clusters"]):
            return f"clusters are {clusters}"
    return _compare_queue(picture.items, expected.get("queue", []))


def plain(value: Any, name: str, schema: Schema) -> Any:
    """Return a shown value as scenarios write it: a log is a list of its texts."""
    if schema.rule(name).policy == "log" and value is not None:
        return [entry["value"] for entry in value]
    return value


def described(item: Item) -> dict[str, Any]:
    """Return an item with the keys that scenarios use."""
    facts: dict[str, Any] = {
        "type": item.kind,
        "doc": item.doc,
        "cell": item.cell,
        "element": item.element,
        "candidates": [candidate.value for candidate in item.candidates],
        "provisional": item.is_provisional,
    }
    if item.kind == "rule":
        facts["rule"] = item.cell
    elif item.kind == "quarantine":
        facts |= {"change": item.heads[0], "code": item.cell}
    elif item.kind == "log_fork":
        facts |= {"log": item.doc, "seq": int(item.cell)}
    return facts


def orders_of(edits: Sequence[Change], count: int) -> Iterator[list[Change]]:
    """Yield orders of arrival, each with every change twice or more somewhere."""
    if len(edits) <= ALL_ORDERS_UP_TO:
        every: Iterator[Sequence[Change]] = permutations(edits)
    else:
        every = (_shuffled(edits, f"order {turn}") for turn in range(count))
    for turn, order in enumerate(every):
        yield [*order, *_shuffled(order, f"again {turn}")]
        yield [copy for change in order for copy in (change, change)]


def _shuffled(edits: Sequence[Change], seed: str) -> list[Change]:
    """Return the edits in an order that the seed alone decides."""
    return sorted(edits, key=lambda c: sha256(f"{seed}/{c.id}".encode()).digest())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a file; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sync.merge.conformance")
    parser.add_argument("file", type=Path)
    parser.add_argument("--orders", type=int, default=200)
    options = parser.parse_args(arguments)
    content = json.loads(options.file.read_text(encoding="utf-8"))
    if content.get("format") != FORMAT:
        print(f"the file's format is not {FORMAT}", file=sys.stderr)  # noqa: T201
        return 1
    try:
        schema, unread = Schema.from_json(content["schema"]), None
    except SchemaError as error:
        schema, unread = Schema({}), str(error)
    failed = 0
    for scenario in content["scenarios"]:
        if reason := unread or run(scenario, schema, orders=options.orders):
            failed += 1
            print(f"{scenario['id']} {scenario['title']}: {reason}")  # noqa: T201
    passed = len(content["scenarios"]) - failed
    print(f"{passed} passed, {failed} failed")  # noqa: T201
    return 1 if failed else 0


def _run(scenario: Mapping[str, Any], schema: Schema, orders: int) -> str | None:
    expected = scenario["expect"]
    _check_keys(scenario)
    changes = authored(scenario["edits"], schema)
    steps = [{"delivered": [c.id for c in changes]} | expected]
    for step in [*steps, *expected.get("after", [])]:
        delivered = [c for c in changes if c.id in step["delivered"]]
        whole = fold(delivered, schema)
        reason = compare(whole, step, schema)
        reason = reason or diverges(delivered, whole, schema, orders=orders)
        if reason:
            return f"after {step['delivered']}: {reason}"
    return None


def diverges(
    changes: Sequence[Change], whole: Picture, schema: Schema, *, orders: int
) -> str | None:
    """Return an order in which the engine ends elsewhere than ``whole``, or None."""
    for arrivals in orders_of(changes, orders):
        if picture_of(reduce(apply, arrivals, State(schema))) != whole:
            return f"engine differs from fold for {[c.id for c in arrivals]}"
    return None


def _check_keys(scenario: Mapping[str, Any]) -> None:
    expected = scenario["expect"]
    steps = expected.get("after", [])
    unknown = (set(scenario) - _KEYS) | (set(expected) - _EXPECT_KEYS)
    unknown |= {key for step in steps for key in set(step) - _AFTER_KEYS}
    items = [*expected.get("queue", [])]
    items += [item for step in steps for item in step.get("queue", [])]
    unknown |= {key for item in items for key in set(item) - _ITEM_KEYS}
    unknown |= {item["type"] for item in items if item["type"] not in KINDS}
    if unknown:
        raise ScenarioError(f"unknown: {', '.join(sorted(unknown))}")


def _compare_queue(
    items: Sequence[Item], expected: Sequence[Mapping[str, Any]]
) -> str | None:
    found = [described(item) for item in items]
    for wanted in expected:
        match = next((facts for facts in found if _is_match(facts, wanted)), None)
        if match is None:
            return f"no item {dict(wanted)}; there are {found}"
        found.remove(match)
    return f"unexpected items {found}" if found else None


def _is_match(facts: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    for key, value in ({"provisional": False} | dict(wanted)).items():
        if key == "candidates":
            if _as_set(facts[key]) != _as_set(value):
                return False
        elif facts.get(key) != value:
            return False
    return True


def _as_set(values: Sequence[Any]) -> list[str]:
    return sorted(json.dumps(v, sort_keys=True, ensure_ascii=False) for v in values)


if __name__ == "__main__":
    sys.exit(main())
