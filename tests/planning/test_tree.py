"""The tree of hierarchical softmax: word2vec.c's, of any counts in any order."""

import heapq
import tracemalloc

import numpy as np
import pytest

from fastw2v import _sampler
from fastw2v.planning import draws
from fastw2v.planning.rows import count_output_rows, split_output_rows
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.planning.tree import make_tree


def tree_of_word2vec_c(counts):
    """Nodes and codes of each word, built as in word2vec.c: two queues, the least frequent first."""
    words = len(counts)
    count = [*counts, *[10**15] * words]
    parent, code = [0] * (2 * words), [0] * (2 * words)
    leaf, inner = words - 1, words
    for made in range(words, 2 * words - 1):
        least = []
        for _ in range(2):
            if leaf >= 0 and count[leaf] < count[inner]:
                least.append(leaf)
                leaf -= 1
            else:
                least.append(inner)
                inner += 1
        count[made] = count[least[0]] + count[least[1]]
        parent[least[0]] = parent[least[1]] = made
        code[least[1]] = 1
    found = []
    for word in range(words):
        at, path = word, []
        while at != 2 * words - 2:
            path.append((parent[at] - words, code[at]))
            at = parent[at]
        found.append(path[::-1])
    return found


@pytest.mark.parametrize("words", [1, 2, 3, 17, 18, 300])
@pytest.mark.parametrize("most", [1, 4, 10_000])
def test_codes_and_nodes_are_those_of_word2vec_c(words, most):
    counts = np.sort(np.random.default_rng().integers(1, most + 1, words))[::-1]
    tree = make_tree(counts)
    found = [list(zip(*map(np.ndarray.tolist, tree.path(word)), strict=True)) for word in range(words)]
    assert found == tree_of_word2vec_c(counts.tolist())


def test_codes_and_nodes_are_those_of_gensim():
    """Up to ties, which gensim's heap breaks in no stated order."""
    word2vec = pytest.importorskip("gensim.models.word2vec")
    counts = np.sort(np.random.default_rng().integers(1, 2**40, 400))[::-1].tolist()  # hardly two sums are alike
    model = word2vec.Word2Vec(hs=1, negative=0, min_count=1, sample=0)
    model.build_vocab_from_freq({f"w{i}": count for i, count in enumerate(counts)})
    tree = make_tree(np.array(counts))
    for word in range(400):
        nodes, codes = tree.path(model.wv.key_to_index[f"w{word}"])
        assert nodes.tolist() == model.wv.get_vecattr(f"w{word}", "point").tolist()
        assert codes.tolist() == model.wv.get_vecattr(f"w{word}", "code").tolist()


def test_paths_are_as_short_as_they_can_be():
    counts = np.random.default_rng().integers(1, 1_000, 200)
    lengths = np.diff(make_tree(counts).begin)
    heap, least = counts.tolist(), 0
    heapq.heapify(heap)
    while len(heap) > 1:
        both = heapq.heappop(heap) + heapq.heappop(heap)
        least += both
        heapq.heappush(heap, both)
    assert int((lengths * counts).sum()) == least


def test_counts_may_come_in_any_order():
    rng = np.random.default_rng()
    counts = np.sort(rng.permutation(1_000)[:50])[::-1] + 1
    order = rng.permutation(50)
    tree, mixed = make_tree(counts), make_tree(counts[order])
    for word in range(50):
        assert np.array_equal(mixed.path(word), tree.path(int(order[word])))


def test_words_that_never_occur_make_no_long_paths():
    assert make_tree(np.array([5, *[0] * 1_000])).longest_path < 13


def test_nodes_are_visited_as_often_as_the_words_below_them_occur():
    counts = np.array([6.0, 3.0, 2.0])
    tree = make_tree(counts.astype(np.int64))
    assert tree.visits(counts).tolist() == [5, 11]
    assert tree.mean_path(counts) == pytest.approx((6 + 2 * 5) / 11)
    assert make_tree(np.array([7])).visits(np.array([7.0])).tolist() == []
    assert make_tree(np.array([7])).mean_path(np.array([7.0])) == 0


@pytest.mark.parametrize("words", [1, 2, 17, 18, 40, 1_000])
def test_the_crown_path_says_which_of_the_last_nodes_are_on_a_path(words):
    tree = make_tree(np.random.default_rng().integers(1, 100, words))
    crown = range(max(0, words - 1 - 16), words - 1)
    assert tree.first_in_crown == crown.start
    for word in range(words):
        codes = dict(zip(*map(np.ndarray.tolist, tree.path(word)), strict=True))
        on = sum(1 << c for c, node in enumerate(crown) if node in codes)
        code0 = sum(1 << c for c, node in enumerate(crown) if codes.get(node) == 0)
        assert tree.crown_path[word] == on | code0 << 16
        nodes = tree.path(word)[0].tolist()
        assert nodes == sorted(nodes, reverse=True)  # so that the crown comes first


def test_the_table_holds_the_paths():
    tree = make_tree(np.array([6, 3, 2]))
    paths, codes = tree.table()
    assert paths.tolist() == [[1, -1], [1, 0], [1, 0]]
    assert codes.tolist() == [[1, 0], [0, 1], [0, 0]]


def test_output_rows_are_split_by_kind():
    for loss, words, nodes in [("ns", 5, None), ("hs", None, 4), ("both", 5, 4)]:
        params = TrainingParameters(loss=loss)
        rows = np.arange(count_output_rows(5, params) * 2, dtype=np.float32).reshape(-1, 2)
        split = split_output_rows(rows, 5, params)
        assert [part if part is None else len(part) for part in split] == [words, nodes]
        assert np.array_equal(np.concatenate([part for part in split if part is not None]), rows)


def test_the_share_of_a_step_is_the_kernels():
    steps = np.concatenate([[0, 0.25, 0.2500001], np.random.default_rng().uniform(0, 20, 100)]).astype(np.float32)
    found = draws.node_share(steps)
    assert (found * steps <= 0.25 + 1e-6).all()
    assert (found[steps <= 0.25] == 1).all()
    assert found == pytest.approx([_sampler.node_share(float(step)) for step in steps], rel=1e-6)


@pytest.mark.fault("more than 2^31 numbers")
def test_more_words_than_32_bits_can_number_are_refused(tmp_path):
    for make, words, kind in ((_sampler.huffman_tree, 2**30 + 1, np.int64), (_sampler.alias_table, 2**31, np.float64)):
        counts = np.memmap(tmp_path / "counts", kind, "w+", shape=words)  # sparse
        with pytest.raises(ValueError, match=f"{words:,} w.*int32"):
            make(counts)


def test_the_table_of_some_words_holds_their_paths():
    tree = make_tree(np.random.default_rng().integers(1, 90, 50))
    words = np.array([7, 49, 7, 0])
    (paths, codes), (all_paths, all_codes) = tree.table(words), tree.table()
    longest = paths.shape[1]
    assert longest == (all_paths[words] >= 0).sum(axis=1).max()
    assert (paths == all_paths[words, :longest]).all()
    assert (codes == all_codes[words, :longest]).all()


def test_the_steps_of_words_are_their_paths_one_after_the_other():
    tree = make_tree(np.array([2, 9, 2, 5]))
    steps, of = tree.steps(np.array([3, 0, 3]))
    for place, word in enumerate([3, 0, 3]):
        nodes, codes = tree.path(word)
        assert (steps[of == place] >> 1).tolist() == nodes.tolist()
        assert (steps[of == place] & 1).tolist() == codes.tolist()
    assert (np.diff(of) >= 0).all()


def test_crown_and_visits_need_no_copies_of_all_paths():
    tree = make_tree((3e6 / np.arange(1, 300_001)).astype(np.int64))
    counts = np.ones(300_000)
    for ask in (lambda: tree.crown_path, lambda: tree.visits(counts)):
        tracemalloc.start()
        ask()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1.5 * tree.step.nbytes
