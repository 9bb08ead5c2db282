import importlib.metadata
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from repository import ROOT

LOCKS = ["requirements.lock", "requirements-test.lock"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(lock):
    text = (ROOT / lock).read_text()

    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=)", text, re.MULTILINE), "a pip option"
    assert not re.search(r" @ |file:|^/|\s/\w", text, re.MULTILINE), "a local path"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_everything_with_a_hash(lock):
    assert pins(lock)
    for name, (requirement, hashes) in pins(lock).items():
        assert re.fullmatch(r"==[\w.!+]+", str(requirement.specifier)), name
        assert hashes, name


def test_the_serving_lock_holds_what_serving_needs():
    wanted = project()["dependencies"]

    assert missing(wanted, "requirements.lock") == []


def test_the_test_lock_holds_what_the_tests_need():
    wanted = project()["dependencies"] + project()["optional-dependencies"]["test"]

    assert missing(wanted, "requirements-test.lock") == []


def test_tests_run_on_the_releases_that_serve():
    serving = {name: str(pin) for name, (pin, _) in pins("requirements.lock").items()}
    testing = {
        name: str(pin) for name, (pin, _) in pins("requirements-test.lock").items()
    }

    assert serving.items() <= testing.items()


def test_an_extra_that_is_asked_for_is_pinned_as_such():
    """An older pip takes ``x[extra]`` for unpinned as soon as a newer ``x`` is out."""
    pinned = pins("requirements-test.lock")
    asked = [
        Requirement(text)
        for name in pinned
        for text in requires(name)
        if "[" in text and "extra ==" not in text
    ]

    assert asked
    for wanted in asked:
        requirement, _ = pinned[canonicalize_name(wanted.name)]
        assert wanted.extras <= requirement.extras, wanted.name


def requires(name):
    try:
        return importlib.metadata.requires(name) or ()
    except importlib.metadata.PackageNotFoundError:
        return ()  # for another platform


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins(lock):
    """Return each pinned requirement with its hashes, by name."""
    lines = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()
    entries = [line.split("#")[0].split() for line in lines]
    return {
        canonicalize_name(Requirement(entry[0]).name): (
            Requirement(entry[0]),
            [word for word in entry[1:] if word.startswith("--hash=sha256:")],
        )
        for entry in entries
        if entry
    }


def missing(wanted, lock):
    """Return the wanted requirements that no pin of the lock satisfies."""
    held = {name: pin.specifier for name, (pin, _) in pins(lock).items()}
    requirements = [Requirement(text) for text in wanted]
    return [
        str(requirement)
        for requirement in requirements
        if canonicalize_name(requirement.name) not in held
        or not requirement.specifier.contains(
            str(held[canonicalize_name(requirement.name)]).removeprefix("==")
        )
    ]
