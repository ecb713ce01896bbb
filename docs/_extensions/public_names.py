"""Directives that write the API reference from ``__all__`` of the public modules.

``{public-names} fastw2v.formats`` documents the public names of a module, with a table of them above; ``:only:`` and
``:without:`` choose. ``{public-table} fastw2v.formats`` has the table alone. Modules are left out, since each has a
page of its own, and so are constants, which carry no docstring: a page describes them with ``{py:data}``.
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

import fastw2v

PUBLIC_MODULES = ["fastw2v", *(f"fastw2v.{name}" for name in fastw2v._MODULES if name != "compat")]
PUBLIC_MODULES += ["fastw2v.compat.gensim"]
# What public functions hand out, without a public name of its own.
HANDED_OUT = {
    "Progress": "fastw2v.training.Progress",
    "Report": "fastw2v.training.Report",
    "EncodeReport": "fastw2v.corpus.encoded_corpus.EncodeReport",
}
# Where a name without its module is looked for.
_SCOPES = ("fastw2v", "fastw2v.errors", "fastw2v.formats", "fastw2v.evaluate", "fastw2v.training")


def public_module(name: str) -> ModuleType:
    """Return a public module; some have a shorter name than their file."""
    top, _, inner = name.partition(".")
    module = import_module(top)
    for part in filter(None, inner.split(".")):
        module = getattr(module, part) if hasattr(module, part) else import_module(f"{module.__name__}.{part}")
    return module


def documented_names(module: str) -> dict[str, Any]:
    """Return the public classes and functions of a module that the directives document."""
    value = public_module(module)
    found = {name: getattr(value, name) for name in value.__all__}
    return {name: each for name, each in found.items() if inspect.isclass(each) or inspect.isroutine(each)}


def type_aliases() -> dict[str, str]:
    """Return what numpydoc makes a link of in types: the names of the public classes."""
    aliases = dict(HANDED_OUT)
    for module in PUBLIC_MODULES:
        if "compat" not in module:
            found = documented_names(module)
            aliases |= {name: f"{module}.{name}" for name, each in found.items() if inspect.isclass(each)}
    return aliases


class PublicTable(SphinxDirective):
    """A table of public names with the first sentence of each."""

    required_arguments = 1
    option_spec: ClassVar = {"only": directives.unchanged, "without": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        return self.parsed(self.table(self.names()))

    def names(self) -> dict[str, Any]:
        found = documented_names(self.arguments[0])
        only, without = (self.options.get(name, "").split() for name in ("only", "without"))
        if unknown := {*only, *without} - found.keys():
            raise self.error(f"{self.arguments[0]} has no class or function {', '.join(sorted(unknown))}")
        return {name: each for name, each in found.items() if name not in without and (not only or name in only)}

    def table(self, names: dict[str, Any]) -> list[str]:
        rows = [f"   ~{self.arguments[0]}.{name}" for name in names]
        return [".. autosummary::", "   :nosignatures:", "", *rows, ""]

    def parsed(self, lines: list[str]) -> list[nodes.Node]:
        """Read reStructuredText in a page of Markdown."""
        block = StringList(["```{eval-rst}", *lines, "```"], self.get_source_info()[0])
        node = nodes.container()
        node.document = self.state.document
        self.state.nested_parse(block, self.content_offset, node)
        return node.children


class PublicNames(PublicTable):
    """The reference of public names, as their docstrings say it."""

    def run(self) -> list[nodes.Node]:
        names = self.names()
        lines = self.table(names) if len(names) > 1 else []
        for name, value in names.items():
            lines += _documented(f"{self.arguments[0]}.{name}", value)
        return self.parsed(lines)


def _documented(path: str, value: Any) -> list[str]:
    if not inspect.isclass(value):
        return [f".. autofunction:: {path}", ""]
    kind = "autoexception" if issubclass(value, Exception) else "autoclass"
    # What other packages' classes hand down is theirs to document, and what WordVectors does has its page.
    foreign = [each.__name__ for each in value.__mro__[1:] if not each.__module__.startswith("fastw2v.")]
    if value.__module__.startswith("fastw2v.compat."):
        foreign.append("WordVectors")
    bases = ["   :show-inheritance:"] if kind == "autoexception" else []
    options = [
        *bases,
        "   :members:",
        f"   :inherited-members: {','.join(foreign)}",
        "   :special-members: __getitem__",
    ]
    return [f".. {kind}:: {path}", *options, ""]


class NameRole(SphinxRole):
    """A name between single backticks in a docstring: a link if something is documented under it, else code.

    The file of a page, `docs/tile.md`, which `help` shows as it stands, becomes a link with the page's title.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        content = nodes.literal(self.rawtext, self.text, classes=["name"])
        if page := re.fullmatch(r"docs/([\w/]+)\.md", self.text):
            link = addnodes.pending_xref(
                self.rawtext, content, refdomain="std", reftype="doc", reftarget=f"/{page[1]}", refdoc=self.env.docname
            )
            link["refexplicit"], link["refwarn"] = False, True
            return [link], []
        if not self.text.replace(".", "").isidentifier():
            return [content], []
        link = addnodes.pending_xref(
            self.rawtext, content, refdomain="py", reftype="obj", reftarget=self.text, refdoc=self.env.docname
        )
        link["optional"], link["refexplicit"], link["refwarn"] = True, False, False
        link["py:module"] = self.env.ref_context.get("py:module")
        link["py:class"] = self.env.ref_context.get("py:class")
        return [link], []


def resolve_elsewhere(app: Sphinx, env: Any, node: Any, content: nodes.Element) -> nodes.Node | None:
    """Look for a name in the public modules; leave one that is a parameter as it is."""
    if not node.get("optional"):
        return None
    domain, target = env.get_domain("py"), node["reftarget"]
    for scope in _SCOPES:
        node["reftarget"] = f"{scope}.{target}"
        if found := domain.resolve_xref(env, node["refdoc"], app.builder, "obj", node["reftarget"], node, content):
            return found
    return content


def skip_generated(app: Sphinx, what: str, name: str, value: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what other code has made: fields of named tuples, and scikit-learn's requests of metadata."""
    return True if type(value).__name__ == "_tuplegetter" or re.fullmatch(r"set_\w+_request", name) else None


def only_own_types(app: Sphinx, config: Any) -> None:
    """Drop the links that numpydoc makes of int, list and the like: they would crowd the types and need a network."""
    config.numpydoc_xref_aliases_complete = dict(config.numpydoc_xref_aliases)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("public-table", PublicTable)
    app.add_directive("public-names", PublicNames)
    app.add_role("name", NameRole())
    app.connect("missing-reference", resolve_elsewhere)
    app.connect("autodoc-skip-member", skip_generated)
    app.connect("config-inited", only_own_types, priority=900)  # after numpydoc's
    return {"parallel_read_safe": True, "parallel_write_safe": True}
