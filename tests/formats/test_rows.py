"""The C reader of rows: every number as strtod and a cast give it, every line as a plain Python splitter reads it."""

import locale
import math
import os
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fastw2v.formats import _rows as rows
from fastw2v.formats._rows import RowReader, parse_float

LIMIT = 100_000


def expected_float(text):
    with np.errstate(over="ignore"):
        return np.float32(float(text))


def assert_same_float(text):
    found = parse_float(text)
    assert found is not None, text
    assert np.float32(found).tobytes() == expected_float(text).tobytes() or math.isnan(found), text


# -- numbers --


@given(bits=st.integers(0, 2**32 - 1))
@settings(max_examples=1000)
def test_nine_digits_bring_every_float32_back(bits):
    value = np.uint32(bits).view(np.float32)
    for text in (b"%.9g" % value, b"%.8e" % value, repr(float(value)).encode()):
        found = np.float32(parse_float(text))
        assert found.tobytes() == value.tobytes() or (np.isnan(value) and np.isnan(found))


@given(
    sign=st.sampled_from(["", "-", "+"]),
    whole=st.text("0123456789", max_size=25),
    fraction=st.text("0123456789", max_size=45),
    exponent=st.none() | st.tuples(st.sampled_from("eE"), st.sampled_from(["", "-", "+"]), st.integers(0, 400)),
)
@settings(max_examples=1000)
@example("", "0", "0" * 60 + "1", None)
@example("-", "340282356779733661637539395458142568447", "9", None)
@example("", "16777217", "", None)  # a tie of float32
@example("", "16777217", "0" * 30 + "1", None)  # and just above it
@example("", "1", "00000017881393432617187499", None)
@example("", "1", "000000059604644775390625", None)
@example("", "1", "17549421", ("e", "-", 38))
@example("", "7", "006492321624085354618", ("e", "-", 46))
def test_decimals_of_any_length_are_read_as_python_reads_them(sign, whole, fraction, exponent):
    text = f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
    text += "".join(map(str, exponent)) if exponent else ""
    if whole or fraction:
        assert_same_float(text.encode())
    else:
        assert parse_float(text.encode()) is None


@given(value=st.floats(allow_nan=False))
def test_seventeen_digits_of_a_double(value):
    assert_same_float(repr(value).encode())
    assert_same_float(b"%.18e" % value)


@given(bits=st.integers(0, 2**31), offset=st.integers(-3, 3))
def test_doubles_beside_the_ties_of_float32(bits, offset):
    """Halfway between two float32, and a few steps of a double beside it: where a second rounding goes wrong first."""
    low, high = (np.uint32(b).view(np.float32) for b in (bits % 0x7F000000, bits % 0x7F000000 + 1))
    middle = (float(low) + float(high)) / 2
    for _ in range(abs(offset)):
        middle = math.nextafter(middle, math.inf if offset > 0 else -math.inf)
    assert_same_float(repr(middle).encode())
    assert_same_float(b"%.25e" % middle)


@pytest.mark.parametrize("text", [b"inf", b"-Infinity", b"NaN", b"+nan", b"1e999", b"-1e999", b"1e-999", b"-0", b"0e5"])
def test_words_and_limits_that_are_numbers(text):
    assert_same_float(text)
    assert math.copysign(1, parse_float(text)) == math.copysign(1, float(text)) or b"an" in text.lower()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b".",
        b"-",
        b"+-1",
        b"1.2.3",
        b"1e",
        b"1e+",
        b"e5",
        b"1_000",
        b"0x10",
        b"1,5",
        b"1f",
        b"1\0",
        b"\xd9\xa1",
        b" 1",
    ],
)
def test_text_that_is_not_a_number_gives_none(text):
    assert parse_float(text) is None


def test_the_locale_changes_nothing():
    commas = ["de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"]
    before = locale.setlocale(locale.LC_NUMERIC)
    for name in commas:
        try:
            locale.setlocale(locale.LC_NUMERIC, name)
        except locale.Error:
            continue
        break
    try:
        assert parse_float(b"1.5") == 1.5
        assert parse_float(b"1.50000000000000000000000000001") == 1.5
        assert parse_float(b"1,5") is None
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)


# -- lines --


def python_row(line, size):
    """What a line means, in three lines of Python."""
    fields = line.rsplit(None, size)
    if len(fields) <= size:
        return None if line.strip() else "blank"
    try:
        return fields[0], [expected_float(field.replace(b"_", b"?")) for field in fields[1:]]
    except ValueError:
        return None


pieces = st.sampled_from(
    [b"a", b"bc", b"0.5", b"-1", b"2e3", b"x5", b" ", b"  ", b"\t", b"\r", b"\v", b"\xc3\xa9", b"1"]
)


@given(line=st.lists(pieces, max_size=12).map(b"".join), size=st.integers(1, 4))
@settings(max_examples=500)
def test_a_line_is_read_as_python_splits_it(line, size):
    reader, out = RowReader(size, LIMIT, LIMIT), np.empty((2, size), np.float32)
    words = reader.text(line + b"\n", 0, True, out, "strict")
    expected = python_row(line, size)
    if expected is None or expected == "blank":
        assert words == []
        assert reader.status == (rows.BLANK if expected else reader.status)
        assert reader.status in (rows.BLANK, rows.FEW, rows.BAD_NUMBER)
        assert reader.end == 0
    else:
        assert words == [expected[0].decode()]
        assert out[0].tolist() == expected[1]
        assert reader.end == len(line) + 1


@given(data=st.data(), size=st.integers(1, 3))
def test_blocks_may_end_anywhere(data, size):
    lines = data.draw(st.lists(st.sampled_from([b"a", b"b c", b"1"]), min_size=1, max_size=6))
    content = b"".join(b"%s%s\n" % (word, b" 0.25" * size) for word in lines)
    cut = data.draw(st.integers(0, len(content)))
    reader, out = RowReader(size, LIMIT, LIMIT), np.empty((10, size), np.float32)
    words = reader.text(content[:cut], 0, False, out, "strict")
    assert reader.status == rows.UNFINISHED
    assert reader.end == content.rfind(b"\n", 0, cut) + 1
    words += reader.text(content, reader.end, True, out[len(words) :], "strict")
    assert words == [word.decode() for word in lines]
    assert (out[: len(words)] == 0.25).all()


def test_faults_are_told_apart():
    out = np.empty((3, 2), np.float32)
    reader = RowReader(2, 4, 20)
    for line, status in (
        (b"a 1\n", rows.FEW),
        (b"a 1 x 2\n", rows.BAD_NUMBER),
        (b"abcde 1 2\n", rows.LONG_WORD),
        (b"a 1 2" + b" " * 20 + b"\n", rows.LONG_LINE),
        (b"a 1 2" + b" " * 20, rows.LONG_LINE),
        (b" \r\n", rows.BLANK),
    ):
        assert reader.text(b"ok 1 2\n" + line, 0, False, out, "strict") == ["ok"]
        assert reader.status == status, line
        assert reader.end == len(b"ok 1 2\n")
    reader.text(b"a 1 x y\n", 0, False, out, "strict")
    assert (reader.bad, reader.word, reader.fields) == (b"y", b"a 1", 3)
    with pytest.raises(ValueError, match="another size"):
        reader.text(b"", 0, True, np.empty((3, 1), np.float32), "strict")


def test_binary_faults_are_told_apart():
    out = np.empty((3, 1), np.float32)
    reader = RowReader(1, 4, 0)
    number = np.float32(2.5).tobytes()
    for content, status in (
        (b"", rows.UNFINISHED),
        (b"b", rows.UNFINISHED),
        (b"b 123", rows.UNFINISHED),
        (b" " + number, rows.NO_WORD),
        (b"abcde " + number, rows.LONG_WORD),
        (b"b " + number + b"c " + number, rows.NO_MORE_ROOM),
    ):
        words = reader.binary(b"a " + number + b"\n" + content, 0, out, "strict")
        assert words == (["a", "b", "c"] if status == rows.NO_MORE_ROOM else ["a"])
        assert reader.status == status
        assert (out[: len(words)] == 2.5).all()
    reader.binary(b"a " + number + b"\nabcdefgh " + number, 0, out, "strict")
    assert (reader.word, reader.word_length) == (b"abcde", 5), "not those of the row before"


@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS")
@pytest.mark.skipif("asan" in os.environ.get("LD_PRELOAD", ""), reason="the sanitizer needs terabytes of addresses")
def test_no_memory_is_told_apart_from_what_is_no_number(run_python):
    code = """
        import resource
        import numpy as np
        from fastw2v.formats._rows import RowReader, parse_float
        number = b"1" * (1 << 26)
        line, out, reader = b"a " + number + b"\\n", np.empty((1, 1), np.float32), RowReader(1, 4, 1 << 27)
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 24),) * 2)
        for read in (lambda: parse_float(number), lambda: reader.text(line, 0, True, out, "strict")):
            try:
                print(read())
            except MemoryError as error:
                print(error)
        """
    done = run_python(code)
    assert done.stdout.splitlines() == ["no memory to read a number of 67,108,864 bytes"] * 2, done.stderr
