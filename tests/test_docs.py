"""The documentation: links lead somewhere, formulas are drawn, nothing is fetched.

The whole is built by `make docs`, for minutes; here a small one, of the same settings.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import documented, links

pytest.importorskip("myst_nb", reason="the extra `docs` is not installed")

ROOT = documented.ROOT
PAGES = [*documented.pages(), *(["CHANGELOG.md"] * (ROOT / "CHANGELOG.md").is_file())]
# What a browser fetches by itself; links are followed by readers only.
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source)[^>]*\ssrc=["']?(?:https?:)?//|"""
    r"""<link[^>]*\shref=["']?(?:https?:)?//|(?:url\(|@import\s)\s*["']?(?:https?:)?//"""
)
ELSEWHERE = re.compile("^(?!file:|data:)")
INDEX = """\
# Small

[A page](page.md#a-part), $\\big\\lVert x\\big\\rVert \\le \\arg\\min f$.

```{{toctree}}
page
{notebook}
reference/api/theory.methods
```
"""
PAGE = """\
# One

## A part

<a id="peer-1"></a>

$$\\tfrac{4cz}D\\Big(R+\\big\\lVert w\\big\\rVert^2\\Big)$$

# Two

[Back](index.md), [here](#peer-1), `code`.
"""


def build(folder, *pages):
    """Builds pages by the settings of the whole; what it said, and its exit code.

    Args:
        folder: of the sources; `html` in it is written.
        pages: that are read.
    """
    return subprocess.run(
        [
            sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E",
            "-c", str(ROOT / "docs"), "-d", str(folder / "trees"),
            "-D", f"include_patterns={','.join(pages)}",
            "-D", "nb_execution_mode=off",  # their folder has no toolkit beside it
            str(folder), str(folder / "html"),
        ],
        capture_output=True, text=True,
    )  # fmt: skip


def sources(folder):
    """An index, a page with all that ours have, a notebook, one page of reference."""
    (folder / "docs").mkdir(parents=True)
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))[:1]
    for notebook in notebooks:
        shutil.copy(notebook, folder / "docs")
    index = INDEX.format(notebook="".join(n.stem for n in notebooks))
    (folder / "docs/index.md").write_text(index, encoding="utf-8")
    (folder / "docs/page.md").write_text(PAGE, encoding="utf-8")
    return (
        "docs/*.md",
        "docs/*.ipynb",
        "docs/reference/api/theory.methods.rst",
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    done = build(folder, *sources(folder))
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


def fetched(html):
    """What pages and styles would fetch from elsewhere."""
    files = [file for kind in ("html", "css") for file in html.rglob(f"*.{kind}")]
    assert files
    return [
        f"{file.name}: {found[0]}"
        for file in files
        for found in FETCHED.finditer(file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    assert links.faults(ROOT / page) == []


WRONG = {
    "(nowhere.md)": "no such file",
    "(page.md#nothing)": "no such heading",
    "(#nothing)": "no such heading",
    "(https://localhost)": "malformed",
    "(htp://example.org)": "malformed",
}


@pytest.mark.parametrize("target", WRONG)
def test_a_link_to_nowhere_is_found(target, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# A\n\n| a |\n|---|\n| [b]{target}, [c](#a) |\n", "utf-8")
    (found,) = links.faults(page)
    assert WRONG[target] in found


def test_a_build_has_formulas_targets_and_one_title(built):
    index = (built / "docs/index.html").read_text(encoding="utf-8")
    page = (built / "docs/page.html").read_text(encoding="utf-8")
    assert index.count("<math") == 1 and 'display="block"' in page
    assert 'id="peer-1"' in page and page.count("<h1") == 1
    assert not re.search(r">\\[A-Za-z]+<", index + page)  # no command is left in TeX


def test_every_module_of_a_package_is_on_its_page(built):
    text = (built / "docs/reference/api/theory.methods.html").read_text("utf-8")
    for file in (ROOT / "theory/methods").glob("[!_]*.py"):
        assert f'id="module-theory.methods.{file.stem}"' in text
    assert "SAM without the normalisation of the ascent" in text


def test_a_build_fetches_nothing(built):
    assert fetched(built) == []


@pytest.mark.parametrize(
    "source",
    [
        '<script async src="https://cdn.example/a.js">',
        "<link rel=stylesheet href='//cdn.example/a.css'>",
        "@import 'https://fonts.example/a'",
        "b { background: url(//fonts.example/a.woff) }",
    ],
)
def test_what_would_be_fetched_is_found(source, tmp_path):
    (tmp_path / "a.html").write_text(source, encoding="utf-8")
    assert fetched(tmp_path)


def test_every_fault_is_named_and_ends_the_build(tmp_path):
    (tmp_path / "docs").mkdir()
    text = "# A\n\n[a](page.md#nothing), [b](none.md), $\\nothing{x}$, ![c](c.png)\n"
    (tmp_path / "docs/index.md").write_text(text, encoding="utf-8")
    done = build(tmp_path, "docs/*.md")
    assert done.returncode == 1
    for said in ("'page.md#nothing'", "'none.md'", "\\nothing is unknown", "c.png"):
        assert said in done.stderr


def browser(playwright):
    """Chromium, or a skip where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.skip("Chromium is not here")
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


def test_pages_open_offline_without_an_error_on_a_phone_too(built):
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not here")
    said = []
    with api.sync_playwright() as playwright:
        opened = browser(playwright)
        page = opened.new_page(viewport={"width": 390, "height": 800})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("requestfailed", lambda request: said.append(request.url))
        page.on(
            "request",
            lambda r: (
                None if r.url.startswith(("file:", "data:")) else said.append(r.url)
            ),
        )
        for file in sorted((built / "docs").rglob("*.html")):
            page.goto(file.as_uri())
            # Nothing is wider than the phone: what is wide scrolls by itself.
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, file.name
            assert page.locator("h1").count() == 1
        page.goto((built / "search.html").as_uri() + "?q=part")
        page.wait_for_selector("#search-results li")
        opened.close()
    assert said == []


@pytest.mark.long
def test_the_whole_is_built_and_fetches_nothing(tmp_path):
    done = subprocess.run(
        [
            sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-j", "2",
            "-c", "docs", "-d", str(tmp_path / "trees"), ".", str(tmp_path / "html"),
        ],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr  # kernels speak there, too
    assert fetched(tmp_path / "html") == []
    made = {file.stem for file in Path(tmp_path / "html/docs").rglob("*.html")}
    assert {"index", "ledger", "methods", "theory.claims", "figures"} <= made
    for page in (tmp_path / "html/notebooks").glob("*.html"):
        assert re.search(
            r'<img alt="[^"]+: the picture" src="\.\./_images/',
            page.read_text(encoding="utf-8"),
        ), page
