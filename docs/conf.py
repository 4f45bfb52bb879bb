"""How the documentation is built: `make docs`, offline, warnings are errors.

The source folder is the repository's root, so that README and the notes, which link
to each other as a reader of the repository meets them, are pages as they stand.
"""

import os
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(ROOT), str(DOCS / "_ext")]

import sharpness  # noqa: E402, found on the path just set

project = "sharpness-regimes"
version = release = sharpness.__version__
copyright = "the authors of sharpness-regimes, MIT licence"  # noqa: A001

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "myst_nb",
    "mathml",
    "docstrings",
    "reference",
    "pages",
    "panels",
]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**", "notebooks/*.ipynb"]
exclude_patterns = [".*", "data", "build", "dist", "docs/_build", "**/README.md.*"]

myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 6  # as the repository's own page makes them
# Notebooks are committed without outputs, and executed here, a picture for each panel.
os.environ["SHARPNESS_AT_ONCE"] = "1"
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 600  # seconds a cell
nb_merge_streams = True
nb_ipywidgets_js = {}  # would be fetched
_WIDGET = "application/vnd.jupyter.widget-view+json"
nb_mime_priority_overrides = [("html", "image/png", 0), ("html", _WIDGET, None)]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
python_maximum_signature_line_length = 80
napoleon_use_ivar = True
# Links must lead somewhere; annotations may name what other libraries have, or a class
# whose name two modules share.
nitpicky = False
# A bar that shows progress is a widget, and nothing to read.
suppress_warnings = ["ref.python", "mystnb.mime_priority"]

html_theme = "furo"
html_title = "sharpness-regimes"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # would be fetched, which files may not
html_show_sphinx = False
html_additional_pages = {"index": "start.html"}
templates_path = ["_templates"]
