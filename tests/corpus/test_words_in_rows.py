"""Words in rows with their tags are refused; other rows between tabs are sentences."""

import pytest

from fastw2v.corpus.encoding import encode
from fastw2v.errors import CorpusError

TAGGED = """The DT the|cats NNS cat|sat VBD sit|on IN on|a DT a|mat NN mat|. SENT .
Two CD two|dogs NNS dog|ran VBD run|from IN from|the DT the|garden NN garden|, , ,|barking VBG bark|. SENT .
My PRP$ my|friend NN friend|saw VBD see|them PRP they|in IN in|London NP London|. SENT ."""
TAGGED = [[row.split(" ") for row in line.split("|")] for line in TAGGED.split("\n")]


def tagged(row="{word}\t{tag}\t{lemma}", before="", after="", signs=True):
    """A file of one word per line."""
    lines = []
    for sentence in TAGGED * 3:
        words = [word for word in sentence if signs or word[0].isalnum()]
        rows = [
            row.format(number=number, word=word, tag=tag, lemma=lemma)
            for number, (word, tag, lemma) in enumerate(words, 1)
        ]
        lines += [*([before] if before else []), *rows, *([] if after is None else [after])]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize(
    "text",
    [
        tagged("{number}\t{word}\t{lemma}\t{tag}\t_\t_\t0\troot\t_\t_", "# sent_id = 1"),
        tagged("{number}\t{word}\t{lemma}\tn\t_\t_\t0\troot\t_\t_"),
        tagged("{number}\t{word}\t{lemma}\t{tag}", signs=False),
        tagged("{word}\t{tag}\tO"),
        tagged("{word}\t{tag}\tO", after=None),
        tagged(before="<s>", after="</s>", signs=False),
        tagged(after=None),
        tagged(after=None).replace("\n", "\r\n"),
    ],
    ids=["CoNLL-U", "numbers", "4 columns", "no lemmas", "full stops", "vertical", "tagged", "DOS"],
)
def test_words_in_rows_with_their_tags_are_no_sentences(written, text):
    path = written("c.txt", text.encode())
    with pytest.raises(CorpusError, match=r"is a file of one word per line, with its tags, .*the package conllu"):
        encode(path, min_count=1)
    with pytest.raises(CorpusError, match=r"corpus\[0\] is .*, and .* are words with their tags.*tokenizer='words'"):
        encode(text.splitlines(), min_count=1)
    encode(path, min_count=1, tokenizer="whitespace")


def blocks(*lines, between="\n", start=""):
    return "".join(start + "".join(f"{line}\n" for line in lines) + between for _ in range(9))


@pytest.mark.parametrize(
    "text",
    [
        "# names\n" + "".join(f"n{i}\tis part of\tn{i + 1}\n" for i in range(40)) + "\n",
        "".join(f"n{i}\t{rel}\tm{i}\n\n" for i, rel in enumerate(["LIKES", "IS_IN", "HAS"] * 9)),
        "".join(
            f"host{i}\t{level}\tconnection-{i}\n" + "\n" * (level == "INFO")
            for i, level in enumerate(["INFO", "WARN", "ERROR"] * 9)
        ),
        blocks("2\tcups\tflour", "1\tTSP\tsalt", "3\tTBSP\tsugar"),
        blocks("C\tG\tAm\tF", "F\tG\tC\tC", "Am\tEm\tF\tG7", "C\tC\tG\tG"),
        blocks("bread\tmilk\teggs", "beer\tbread\twine", "MILK\tBREAD\tHAM", between="# shop\n"),
        blocks("A\tB\tC", "B\tC\tA", "D\tA\tB", between=".\tA\tB\n"),
        blocks(".\tDIR\t4kb", "..\tDIR\t4kb", "a.txt\tREG\t3kb", "b\tDIR\t3kb", "c\tLNK\t1kb", "d.txt\tREG\t7kb"),
        blocks("1\t00:00:01\t00:00:02\tA cat!", "2\t00:00:03\t00:00:04\tSO IT IS", "3\t00:00:05\t00:00:07\tYes."),
        blocks("The cat\tDie Katze\tLe chat", "sat down\tsass da\test assis", "at last\tam Ende\tenfin"),
        blocks("1\tBolt\tJAM\t9\t6\t9\t8\t7", "2\tGay\tUSA\t9\t7\t1\t8\t7", "3\tPowell\tJAM\t9\t8\t4\t8\t7"),
    ],
    ids=[
        "triples",
        "relations",
        "log",
        "recipe",
        "chords",
        "baskets",
        "walks",
        "listing",
        "subtitles",
        "verse",
        "results",
    ],
)
def test_rows_of_a_graph_and_of_lists_are_sentences(written, text):
    encode(written("c.txt", text.encode()), min_count=1)
    if "Katze" not in text:  # a list of such lines is a table of texts
        encode(text.splitlines(), min_count=1)
