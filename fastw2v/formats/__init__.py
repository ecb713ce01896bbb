"""Files of word vectors: written all-or-nothing, and read without ever running what they hold."""

from fastw2v.formats.exports import EXPORTS, export
from fastw2v.formats.loading import Loaded, load, load_all
from fastw2v.formats.saving import save
from fastw2v.formats.sniff import FORMATS, format_of_content, format_of_name

__all__ = ["EXPORTS", "FORMATS", "Loaded", "export", "format_of_content", "format_of_name", "load", "load_all", "save"]
