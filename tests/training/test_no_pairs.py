"""Why no pair was trained, said of a corpus of which each rank holds a part."""

import pytest

from fastw2v.corpus.shared_encoding import encode_shared
from fastw2v.distributed.threads import Threads
from fastw2v.training.no_pairs import describe_no_pairs


@pytest.mark.filterwarnings("ignore:the 40 sentences of the corpus hold 40 tokens")
def test_every_rank_counts_the_sentences_of_the_whole_corpus():
    """What lies between its own parts is no sentence."""

    def work(comm):
        own = [[f"w{(number + comm.rank) % 3}"] for number in range(40)]
        return describe_no_pairs(encode_shared(own, comm, vocabulary=["w0", "w1", "w2"]))

    said = "none of 80 sentences holds two words of the vocabulary; pass longer sentences"
    assert Threads(2).run(work) == [said, said]
