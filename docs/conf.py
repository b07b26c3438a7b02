"""Settings of the documentation; `scripts/docs` gathers its pages and builds it."""

import os
import re

import astro_dl

os.environ.setdefault("TQDM_DISABLE", "1")

project = "astro_dl"
copyright = "the astro_dl developers"
version = release = astro_dl.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["tutorials"]
sphinx_gallery_conf = {
    "examples_dirs": "tutorials",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",
    "within_subsection_order": "FileNameSortKey",
    "first_notebook_cell": "%matplotlib inline",
    "download_all_examples": False,
    "show_signature": False,
    "capture_repr": (),
}
myst_heading_anchors = 3
numpydoc_show_class_members = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
default_role = "py:obj"
suppress_warnings = ["myst.header"]

html_theme = "pydata_sphinx_theme"
html_title = "astro_dl"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["sort.js"]
html_show_sourcelink = False
html_sidebars = {"zoo/index": [], "index": []}
html_theme_options = {
    "header_links_before_dropdown": 6,
    "show_prev_next": False,
    "navbar_align": "left",
    "secondary_sidebar_items": ["page-toc"],
}

STAR = re.compile(r"(?<![`\w*\\])\*(?=[a-z])")
CODE = re.compile(r"(``.+?``|`[^`]+`)")


def escape_stars(app, what, name, obj, options, lines):
    """Keep the stars of shapes, ``(n, *shape)``, from being read as emphasis."""
    for number, line in enumerate(lines):
        pieces = CODE.split(line)
        pieces[::2] = [STAR.sub(r"\\*", piece) for piece in pieces[::2]]
        lines[number] = "".join(pieces)


def setup(app):
    """Register what changes docstrings on their way."""
    app.connect("autodoc-process-docstring", escape_stars, priority=100)
