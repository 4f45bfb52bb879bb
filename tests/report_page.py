"""A report for the tests: a small folder of results, and what is in the page."""

import fcntl
import json
import os
from html.parser import HTMLParser

import numpy as np
import xarray

from experiments.store import FORMAT
from figures.report import __main__ as command
from figures.report import noted
from theory import claims
from theory.verdict import Verdict

HOSTILE = '<img src=x onerror=alert(1)> & "quotes" </script><script>alert(2)</script>'
VOID = {"img", "input", "link", "meta", "br", "rect"}


def ledger():
    """The ledger as `python -m theory --json` writes it, with the notes' verdicts."""
    told = noted.rows()
    rows = [entry(claims.load(name), told[name]) for name in claims.names()]
    rows[0]["reason"] = rows[0]["claims"][0]["reason"] = HOSTILE
    return rows


def entry(statement, told):
    """A row of it, with one case a claim."""
    verdicts = noted.verdicts(statement, told)
    made = [
        {
            "id": claim.id, "says": claim.says, "relation": claim.relation,
            "grade": claim.grade or statement.grade, "expected": claim.expected,
            "verdict": verdicts[claim.id][0], "reason": verdicts[claim.id][1],
            "tightness": 0.5,
        }
        for claim in statement.claims
    ]  # fmt: skip
    return {
        "id": statement.id, "title": statement.title, "source": statement.source,
        "grade": statement.grade, "verdict": told.verdict, "expected": told.verdict,
        "reason": told.decided, "tightness": 0.5, "combines": [], "claims": made,
        "cases": [
            {"claim": claim["id"], "case": {}, "outside": False, "count": 1,
             "measured": 1.25, "low": 1.25, "high": 1.25, "bound": 2.5, "ratio": 0.5,
             "status": "holds", "runs": 0}
            for claim in made
        ],
    }  # fmt: skip


def regimes():
    """A map of one surface and two methods, 3 learning rates times 2 radii."""
    share = np.zeros((1, 2, 3, 2, len(Verdict)))
    share[0, 0, :, :, Verdict.CONVERGED] = 1
    share[0, 1, 0, :, Verdict.CONVERGED] = 0.75
    share[0, 1, 0, :, Verdict.STALLED] = 0.25
    share[0, 1, 1, 0, Verdict.STALLED] = 1
    share[0, 1, 1, 1] = np.nan  # was not run
    share[0, 1, 2, :, Verdict.DIVERGED] = 1
    dims = ("landscape", "algorithm", "eta_level", "rho_level", "verdict")
    rho = [[[0.0, 0.0], [0.1, 0.4]]]
    return xarray.Dataset(
        {
            "share": (dims, share),
            "eta": (("landscape", "eta_level"), [[0.01, 0.1, 1.0]]),
            "rho": (("landscape", "algorithm", "rho_level"), rho),
        },
        coords={"landscape": ["beale"], "algorithm": ["GD", "SAM"]},
        attrs={"format": FORMAT, "versions": "none", "fingerprint": "0123"},
    )


def folder(path):
    """A ledger, a map, and a file of another program."""
    (path / "ledger.json").write_text(json.dumps(ledger()), encoding="utf-8")
    save(regimes(), path / "learning_rate_regimes.nc")
    save(xarray.Dataset({"temperature": ("t", [1.0])}), path / "weather.nc")
    return path


def written(tmp_path_factory):
    """The page of that folder, made once, whatever the number of processes."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    out, results = root / "report.html", root / "report_results"
    with open(root / "report.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not out.is_file():
            results.mkdir()
            command.work(command.Options(folder(results), out))
    return out


def save(dataset, path):
    """As netCDF."""
    dataset.to_netcdf(path, engine="h5netcdf")


class Page(HTMLParser):
    """The elements of a page: `(tag, attributes, text)`, in their order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.unclosed = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Notes it."""
        element = [tag, dict(attrs), ""]
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        """Closes it; what was left open inside of it is noted."""
        if tag in VOID:
            return
        if self.open and self.open[-1][0] == tag:
            self.open.pop()
        else:
            self.unclosed.append((tag, self.getpos()))

    def handle_data(self, data):
        """The text of all elements around."""
        for element in self.open:
            element[2] += data

    def all(self, tag):
        """Attributes and text of the elements of a tag."""
        return [(attrs, text) for name, attrs, text in self.elements if name == tag]
