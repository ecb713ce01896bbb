"""Files of word vectors: read and written all-or-nothing, and never by running what they hold."""

from fastw2v.formats.exports import EXPORTS, export
from fastw2v.formats.load_save import Loaded, load, load_all, save
from fastw2v.formats.sniff import FORMATS, format_of_content, format_of_name

__all__ = ["EXPORTS", "FORMATS", "Loaded", "export", "format_of_content", "format_of_name", "load", "load_all", "save"]
