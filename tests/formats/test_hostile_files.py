"""Files that are cut, damaged or lie about themselves: a FormatError or a valid object, nothing large set aside."""

import gzip
import json
import struct
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastw2v.errors import FormatError
from fastw2v.formats import load, save
from fastw2v.vectors import WordVectors

FORMS = {"native": "v.fw2v", "text": "v.txt", "binary": "v.bin"}
# A few kilobytes of file must not make the reader take more than this.
LITTLE = 12 << 20


def small_file(tmp_path, form):
    path = tmp_path / FORMS[form]
    wv = WordVectors(np.array([[0.5, -1.25, 3], [1e-3, 2, 7]], np.float32), ["on\u00e9", "b"], [9, 4])
    save(path, wv, format=form)
    return path.read_bytes()


def load_or_refuse(path, **options):
    """Return the object or None; any other exception than FormatError is a failure of the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            wv = load(path, **options)
        except FormatError as error:
            assert str(path) in str(error)  # noqa: PT017 -- either outcome is right
            return None
        scores = [score for _, score in wv.most_similar(wv.index_to_key[0])]
    assert wv.vectors.shape == (len(wv), wv.vector_size)
    assert len(set(wv.index_to_key)) == len(wv)
    assert wv.vectors.dtype == np.float32
    assert not np.isnan(scores).any()
    return wv


@pytest.mark.fault("cut, flipped and lying vector files")
@pytest.mark.parametrize("form", FORMS)
def test_every_prefix(tmp_path, form):
    whole = small_file(tmp_path, form)
    path = tmp_path / "cut"
    read = []
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        read.append(length if load_or_refuse(path) is not None else None)
        load_or_refuse(path, format=form)
    # Of text the last number may lose digits, of binary the last newline; nothing else passes for a whole file.
    allowed = {"native": 0, "text": len("7\n"), "binary": 1}[form]
    assert all(length is None for length in read[: len(whole) - allowed])


@pytest.mark.fault("cut, flipped and lying vector files")
@pytest.mark.parametrize("form", FORMS)
def test_every_single_bit_flip(tmp_path, form):
    whole = small_file(tmp_path, form)
    path = tmp_path / "flipped"
    for position in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[position] ^= 1 << bit
            path.write_bytes(damaged)
            load_or_refuse(path)
            load_or_refuse(path, format=form)


@pytest.mark.fault("cut, flipped and lying vector files")
@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
@settings(max_examples=150)
def test_bytes_put_in_taken_out_and_overwritten(tmp_path_factory, form, data):
    folder = tmp_path_factory.mktemp("damaged")
    damaged = bytearray(small_file(folder, form))
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(damaged)))
        end = data.draw(st.integers(begin, min(len(damaged), begin + 20)))
        damaged[begin:end] = data.draw(
            st.binary(max_size=20) | st.sampled_from([b" ", b"\n", b"9" * 9, b"-", b"{", b"[["])
        )
    (folder / "file").write_bytes(damaged)
    for options in ({}, {"format": form}, {"errors": "ignore"}, {"limit": 1}, {"limit": 1, "errors": "replace"}):
        load_or_refuse(folder / "file", **options)


@pytest.mark.fault("cut, flipped and lying vector files")
@pytest.mark.parametrize("form", FORMS)
def test_files_changed_at_random(tmp_path, form, trials):
    """Each file differs from a good one in a few places; the one that fails is left in the temporary folder."""
    whole, path = small_file(tmp_path, form), tmp_path / "changed"
    rng = np.random.default_rng()
    pieces = [*(bytes([one]) for one in b" \n\t\0-{"), b"\r\n", b"9" * 20, b"nan", b"1e999", b"\xff\xfe"]
    pieces.append("\u2028".encode())
    for _ in range(trials(300, 100_000)):
        changed = bytearray(whole)
        for _ in range(rng.integers(1, 6)):
            begin = int(rng.integers(len(changed) + 1))
            end = min(len(changed), begin + int(rng.integers(0, 12)))
            kind = int(rng.integers(3))
            piece = pieces[rng.integers(len(pieces))] if kind else rng.bytes(end - begin)
            changed[begin:end] = piece if kind < 2 else changed[: int(rng.integers(20))]
        path.write_bytes(changed)
        for options in ({}, {"format": form}, {"errors": "ignore"}):
            load_or_refuse(path, **options)


@pytest.mark.fault("cut, flipped and lying vector files")
@given(content=st.binary(max_size=200) | st.text("123 0.5\n\r\tab\u00e9e-", max_size=200).map(str.encode))
@settings(max_examples=200)
def test_any_bytes(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(content)
    for form in (None, *FORMS):
        for errors in ("strict", "ignore"):
            load_or_refuse(path, format=form, errors=errors)


@pytest.mark.fault("cut, flipped and lying vector files")
@pytest.mark.parametrize("form", ["text", "binary"])
def test_every_prefix_and_flip_of_a_packed_file(tmp_path, form):
    packed = gzip.compress(small_file(tmp_path, form), mtime=0)
    path = tmp_path / "file.gz"
    for length in range(len(packed)):
        path.write_bytes(packed[:length])
        assert load_or_refuse(path) is None
    for position in range(len(packed)):
        damaged = bytearray(packed)
        damaged[position] ^= 0x10
        path.write_bytes(damaged)
        load_or_refuse(path)


# -- headers that lie --


def peak_of_refusal(path, message, **options):
    with pytest.raises(FormatError):  # once before: its new strings may make a table of the interpreter grow
        load(path, **options)
    tracemalloc.start()
    with pytest.raises(FormatError, match=message):
        load(path, **options)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.fault("cut, flipped and lying vector files")
@pytest.mark.parametrize("form", ["text", "binary"])
@pytest.mark.parametrize(
    "header",
    [b"1000000000 300", b"2 1000000000", b"99999999999999999999 99999999999999999999", b"3000000 1", b"9" * 30 + b" 1"],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_word2vec_header_with_sizes_that_the_file_has_not(tmp_path, form, header, packed):
    content = header + b"\n" + b"a 0.5 0.5\n" * 20
    (tmp_path / "file").write_bytes(gzip.compress(content) if packed else content)
    assert peak_of_refusal(tmp_path / "file", "line 1.*the header says|is a word2vec text file", format=form) < LITTLE


def test_a_packed_file_whose_header_asks_for_one_huge_row(tmp_path):
    content = b"1 100000000\n" + b"a " + bytes(400_000)
    (tmp_path / "file").write_bytes(gzip.compress(content))
    assert peak_of_refusal(tmp_path / "file", "line 1", format="binary") < LITTLE


def test_a_packed_file_that_unpacks_to_less_than_it_could(tmp_path):
    """The size of a packed file bounds little: what is set aside must follow what was read."""
    noise = np.random.default_rng(0).bytes(200_000)
    (tmp_path / "file").write_bytes(gzip.compress(b"1 50000000\na " + noise))
    assert peak_of_refusal(tmp_path / "file", "ends inside the vector", format="binary") < LITTLE


@pytest.mark.parametrize(
    "header",
    [b"0 5", b"5 0", b"0 0", b"-1 5", b"5 -1", b"+5 5", b"5.0 5", b"5 5 5", b"0x5 5", b"5", b"5 " + b"0" * 70 + b"5"],
)
def test_invalid_headers_are_refused(tmp_path, header):
    (tmp_path / "file").write_bytes(header + b"\na " + bytes(20))
    with pytest.raises(FormatError, match="line 1"):
        load(tmp_path / "file", format="binary")


def native_file(tmp_path, change):
    """A native file whose parsed header went through `change`."""
    whole = small_file(tmp_path, "native")
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])
    header = change(header) or header
    raw = json.dumps(header).encode()
    path = tmp_path / "changed.fw2v"
    path.write_bytes(len(raw).to_bytes(8, "little") + raw + whole[8 + length :])
    return path


def entry(name, **fields):
    def change(header):
        header[name].update(fields)

    return change


def own(**fields):
    def change(header):
        metadata = json.loads(header["__metadata__"]["fastw2v"])
        header["__metadata__"]["fastw2v"] = json.dumps({**metadata, **fields})

    return change


def without(name):
    return lambda header: header.pop(name) and None


LIES = {
    "huge shape": (entry("vectors", shape=[10**12, 3]), "needs .* bytes"),
    "overflowing shape": (entry("vectors", shape=[2**62, 4]), "needs .* bytes"),
    "huge and zero": (entry("vectors", shape=[0, 2**60]), "needs|shape"),
    "negative shape": (entry("vectors", shape=[-2, -3]), "no usable shape"),
    "float shape": (entry("vectors", shape=[2.0, 3.0]), "no usable shape"),
    "boolean shape": (entry("vectors", shape=[True, 6]), "no usable shape"),
    "one dimension": (entry("vectors", shape=[6]), "'vectors' has shape"),
    "three dimensions": (entry("vectors", shape=[1, 2, 3]), "'vectors' has shape"),
    "transposed": (entry("vectors", shape=[3, 2]), "'counts' has shape"),
    "end before begin": (entry("vectors", data_offsets=[40, 16]), "no usable shape"),
    "beyond the file": (entry("vectors", data_offsets=[10**9, 10**9 + 24]), "begins at byte"),
    "overlapping": (entry("vectors", data_offsets=[0, 24]), "begins at byte"),
    "three offsets": (entry("vectors", data_offsets=[0, 24, 48]), "no usable shape"),
    "other dtype": (entry("vectors", dtype="F64"), "dtype 'F64'"),
    "unknown dtype": (entry("vectors", dtype=["F32"]), "dtype"),
    "no words": (without("vocab_utf8"), "'vocab_utf8' is missing"),
    "no vectors": (without("vectors"), "'vectors' is missing"),
    "no metadata": (without("__metadata__"), "without word vectors"),
    "metadata is a list": (lambda header: {**header, "__metadata__": []}, "without word vectors"),
    "a list": (lambda header: [1, 2], "JSON object|JSON"),
    "an entry is a number": (lambda header: {**header, "vectors": 5}, "no usable shape"),
    "newer version": (own(format_version=2), "format version 2, but this fastw2v reads up to 1"),
    "version as text": (own(format_version="1"), "expected a format version"),
    "version true": (own(format_version=True), "expected a format version"),
    "other words": (own(word_type="pickle"), "word_type"),
    "words as numbers": (own(word_type="int"), "not a decimal whole number"),
}


@pytest.mark.parametrize(("change", "message"), LIES.values(), ids=LIES.keys())
def test_a_native_header_that_lies(tmp_path, change, message):
    path = native_file(tmp_path, change)
    for mmap in (False, True):
        assert peak_of_refusal(path, message, mmap=mmap, format="native") < LITTLE


@pytest.mark.parametrize("length", [0, 1, 10**6, 100_000_001, 2**63, 2**64 - 1])
def test_a_native_header_length_that_lies(tmp_path, length):
    path = tmp_path / "v.fw2v"
    path.write_bytes(length.to_bytes(8, "little") + b'{"a":1}' + b" " * 50)
    assert peak_of_refusal(path, "the header should have .* bytes", format="native") < LITTLE


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": 1, "a": 2}',
        b"\xff" * 20,
        b'{"\\ud800": 1}',
    ],
    ids=["nested lists", "nested objects", "long number", "twice", "no UTF-8", "lone surrogate"],
)
def test_a_native_header_of_hostile_json(tmp_path, raw):
    path = tmp_path / "v.fw2v"
    path.write_bytes(len(raw).to_bytes(8, "little") + raw)
    with pytest.raises(FormatError, match="header"):
        load(path, format="native")


def test_a_file_with_the_same_tensor_twice_is_refused(tmp_path):
    whole = small_file(tmp_path, "native")
    length = int.from_bytes(whole[:8], "little")
    raw = whole[8 : 8 + length].replace(b'"counts"', b'"vectors"')
    (tmp_path / "v.fw2v").write_bytes(len(raw).to_bytes(8, "little") + raw + whole[8 + length :])
    with pytest.raises(FormatError, match="a name appears twice"):
        load(tmp_path / "v.fw2v")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vocab_offsets", struct.pack("<3q", 0, 7, 5), "must rise"),
        ("vocab_offsets", struct.pack("<3q", 0, -1, 5), "must rise"),
        ("vocab_offsets", struct.pack("<3q", 1, 4, 5), "must rise"),
        ("vocab_offsets", struct.pack("<3q", 0, 4, 2**62), "must rise"),
        ("vocab_offsets", struct.pack("<3q", -(2**63), 2**63 - 1, 5), "must rise"),
        ("vocab_offsets", struct.pack("<3q", 0, 3, 5), "word 1 is not valid UTF-8 .*inside a character"),
        ("vocab_utf8", b"on\xff\xffb", "not valid UTF-8"),
        ("counts", struct.pack("<2q", 5, -1), "word 1 has the count -1"),
    ],
)
def test_native_content_that_contradicts_itself(tmp_path, name, content, message):
    whole = bytearray(small_file(tmp_path, "native"))
    length = int.from_bytes(whole[:8], "little")
    begin, end = json.loads(whole[8 : 8 + length])[name]["data_offsets"]
    assert end - begin == len(content)
    whole[8 + length + begin : 8 + length + end] = content
    (tmp_path / "v.fw2v").write_bytes(whole)
    with pytest.raises(FormatError, match=message):
        load(tmp_path / "v.fw2v")


def test_a_native_file_with_equal_words_is_refused(tmp_path):
    path = tmp_path / "v.fw2v"
    save(path, WordVectors(np.eye(2), ["ax", "bx"]))
    path.write_bytes(path.read_bytes().replace(b"axbx", b"axax"))
    with pytest.raises(FormatError, match=r"vocab_utf8.*'ax' appears twice, in rows 0 and 1"):
        load(path)


def test_a_safetensors_file_of_others_is_refused_with_the_reason(tmp_path):
    safetensors_numpy = pytest.importorskip("safetensors.numpy")
    safetensors_numpy.save_file({"weight": np.zeros((3, 3), np.float32)}, tmp_path / "model.safetensors")
    with pytest.raises(FormatError, match="a safetensors file, but without word vectors written by fastw2v"):
        load(tmp_path / "model.safetensors")


# -- rows --


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"2 2\nlonger 1 2\nb 3\n", "line 3: expected a word and 2 numbers, found 2 fields"),
        (b"2 2\na 1 2\nb 3 x\n", "line 3: the last 2 fields must be numbers; found b'x' after the word b'b'"),
        (b"2 2\nlonger 1.5 2.5\n", "line 2: the header says 2 words, but the file ends after 1"),
        (b"3 2\na 1 2\n\nb 3 4\nc 5 6\n", "line 3: the line is blank, but rows follow"),
        (b"2 2\n10 20\n30 40\n", "line 2: expected a word and 2 numbers, found 2 fields"),
        (b"a 1 2\nb 3\n", "line 2"),
        (b"a b c\n", "line 1: neither a header of two whole numbers nor a word followed by numbers"),
        (b"\n\n", "line 1"),
        (b"1 1\n" + b"w" * 65_537 + b" 1\n", "line 2: a word of 65,537 bytes"),
        (b"1 1\na " + b"1" * 70_000 + b"\n", "line 2: the line is longer than"),
        (b"1 1\n" + b"w" * 9_000_000, "line 2: the line is longer than"),
    ],
)
def test_invalid_text_rows_are_named_by_line(tmp_path, content, message):
    (tmp_path / "v.txt").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        load(tmp_path / "v.txt", format="text")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"2 1\na " + bytes(4) + b"b " + bytes(3), "word 2 of 2: the file ends inside the vector, after 3 of 4 bytes"),
        (b"2 1\na " + bytes(4) + b"bbbbb", "word 2 of 2: the file ends here"),
        (b"2 1\na " + bytes(4) + b" " + bytes(9), "word 2 of 2: the word is empty"),
        (b"1 1\n" + b"w" * 70_000 + b" " + bytes(4), "word 1 of 1: no word ends within 65,536 bytes"),
        (b"a 1 2\n", "line 1: expected a header of two whole numbers"),
        (b"", "the file is empty"),
    ],
)
def test_invalid_binary_rows_are_named_by_number(tmp_path, content, message):
    (tmp_path / "v.bin").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        load(tmp_path / "v.bin", format="binary")


def test_a_file_that_shrinks_while_it_is_read_is_an_error(tmp_path, monkeypatch):
    path = tmp_path / "v.fw2v"
    save(path, WordVectors(np.ones((100, 10)), [f"w{i}" for i in range(100)]))
    whole = path.read_bytes()
    from fastw2v.formats import native

    real = native._check_tensors

    def cut(*arguments):
        path.write_bytes(whole[:-1500])
        return real(*arguments)

    monkeypatch.setattr(native, "_check_tensors", cut)
    for mmap in (False, True):
        path.write_bytes(whole)
        with pytest.raises(FormatError, match=r"(truncated|changed) while it was read"):
            load(path, mmap=mmap)
