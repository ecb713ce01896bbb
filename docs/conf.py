"""How Sphinx builds the documentation; `make docs` runs it against the installed package."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

from inventories import reachable_inventories  # noqa: E402
from public_names import type_aliases  # noqa: E402

import fastw2v  # noqa: E402

project = "fastw2v"
author = copyright = "the fastw2v developers"
version = release = fastw2v.__version__
language = "en"
smartquotes = False  # quotation marks of docstrings are those of code

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "public_names",
    "repository_links",
]
exclude_patterns = ["_build", "_extensions", "**/.ipynb_checkpoints"]

# --- links -----------------------------------------------------------------------------------------------------------

# Names of other projects are links where their inventories can be had; without network they are plain text.
intersphinx_mapping = reachable_inventories(
    HERE / "_build" / "inventories",
    {
        "python": "https://docs.python.org/3/",
        "numpy": "https://numpy.org/doc/stable/",
        "scipy": "https://docs.scipy.org/doc/scipy/",
        "sklearn": "https://scikit-learn.org/stable/",
        "matplotlib": "https://matplotlib.org/stable/",
    },
)
nitpick_ignore_regex = [("py:.*", r"(numpy|scipy|sklearn|matplotlib|pandas|pathlib)\..*")]
linkcheck_anchors = False
linkcheck_timeout = 20
linkcheck_retries = 2

# --- the reference, from docstrings ----------------------------------------------------------------------------------

default_role = "name"  # of public_names.py: a link if there is something of this name, else code
autodoc_typehints = "none"  # numpydoc says the types
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"
numpydoc_xref_aliases = type_aliases()
maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
add_module_names = False
python_use_unqualified_type_names = True

# --- pages -----------------------------------------------------------------------------------------------------------

myst_heading_anchors = 4  # links to headings as on GitHub
nb_execution_in_temp = True  # what pages save is gone with the folder
nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE / "_build" / "executed")
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
pygments_style = "friendly"
pygments_dark_style = "monokai"

# --- looks: furo, which needs no configuration for phones and for dark screens ---------------------------------------

html_theme = "furo"
html_title = f"fastw2v {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/mark.svg"
html_logo = "_static/mark.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0f6f6a",
        "color-brand-content": "#0f6f6a",
        "color-brand-visited": "#0f6f6a",
    },
    "dark_css_variables": {
        "color-brand-primary": "#5cc8bf",
        "color-brand-content": "#5cc8bf",
        "color-brand-visited": "#5cc8bf",
    },
}
# On GitHub the address of the repository is known, and pages link to their source.
if repository := os.environ.get("GITHUB_REPOSITORY"):
    html_theme_options |= {
        "source_repository": f"https://github.com/{repository}/",
        "source_branch": "main",
        "source_directory": "docs/",
    }
