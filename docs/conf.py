"""How Sphinx writes the documentation: offline, with a built-in theme, every warning an error."""

import forecasts

project = "forecasts"
author = "The forecasts authors"
release = version = forecasts.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_parser",
]
exclude_patterns = ["build"]
nitpicky = False

html_theme = "alabaster"
html_theme_options = {
    "description": forecasts.__doc__.splitlines()[0],
    "page_width": "1040px",
    "sidebar_width": "230px",
    "fixed_sidebar": True,
}
html_show_sourcelink = False
toc_object_entries = False

# A heading can be linked to as in a repository's own view.
myst_heading_anchors = 3

autosummary_generate = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True}
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

doctest_global_setup = """
import pandas as pd
pd.set_option("display.width", 100)
"""


def only_what_is_ours(app, what, name, obj, skip, options):  # type: ignore[no-untyped-def]
    """Leave out what a record has from the library that checks it, and its own machinery."""
    leaf = name.rsplit(".", 1)[-1]
    return True if leaf in {"model_config", "model_post_init", "RULES"} else None


def setup(app):  # type: ignore[no-untyped-def]
    """Tell Sphinx what to leave out."""
    app.connect("autodoc-skip-member", only_what_is_ours)
