import json
import subprocess
import sys

import pytest
from repository import ROOT


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def test_the_bench_still_runs(tmp_path, database):
    written = tmp_path / "bench.json"

    subprocess.run(
        [
            *(sys.executable, "tests/bench/run.py", "--json", written),
            *("--runs", "1", "--growths", "1", "--submissions", "4"),
            *("--changes", "20", "--databases", database),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=240,
    )

    figures = json.loads(written.read_text())["figures"]
    assert [figure["unit"] for figure in figures] == [
        "submissions/s",
        "submissions/s",
        "submissions/s",
        "changes/s",
    ]
    assert all(figure["rate"] > 0 and figure["bare_rate"] > 0 for figure in figures)
