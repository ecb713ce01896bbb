"""A notebook run by a real kernel: one output for the bars, plain HTML, and cards; nothing on standard error."""

import json

import pytest

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

CELLS = (
    "from fastw2v import Word2Vec\n"
    "corpus = [[f'word{i + j}' for j in range(9)] for i in range(90)] * 6\n"
    "options = dict(vector_size=8, epochs=30, sample=0, learning_rate=0.01, random_state=1, n_jobs=1, device='cpu')\n"
    "from fastw2v.training import loop\nloop.HAND_OVER_SECONDS = 1e-4\n"  # so that the bar is filled in many steps
    "from fastw2v.progress.notebook import Notebook\nNotebook.every = 0.0",
    "model = Word2Vec(corpus, verbose=1, **options).fit()",
    "model",
    "model.wv",
    "model.most_similar('word5')",
    "import sys; print(len(model.wv), 'widgets' if 'ipywidgets' in sys.modules else 'no widgets')",
)


@pytest.fixture(scope="module")
def outputs(package_folder):
    """The outputs of each cell. In a process of its own: kernels and their client have warnings of their own."""
    import subprocess
    import sys

    code = (
        "import json, sys, nbformat\nfrom nbclient import NotebookClient\n"
        "cells = [nbformat.v4.new_code_cell(cell) for cell in json.load(sys.stdin)]\n"
        "notebook = nbformat.v4.new_notebook(cells=cells)\n"
        "NotebookClient(notebook, timeout=120, resources={'metadata': {'path': '.'}}).execute()\n"
        "print(json.dumps([cell['outputs'] for cell in notebook.cells]))\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(
        command, input=json.dumps(CELLS), cwd=package_folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_bar_is_one_output_that_ends_whole_and_the_table_another(outputs):
    bar, table = outputs[1]
    assert {bar["output_type"], table["output_type"]} == {"display_data"}
    assert set(bar["data"]) == {"text/plain", "text/html"}
    assert "width:100.0%" in bar["data"]["text/html"]
    assert "epoch 30/30" in bar["data"]["text/html"]
    assert "".join(bar["data"]["text/plain"]).startswith("training: 100%")
    assert "<th>coverage</th>" in table["data"]["text/html"]


@pytest.mark.parametrize(("cell", "says"), [(2, "Word2Vec"), (3, "98 words, 8 dimensions"), (4, "word")])
def test_cards_are_results(outputs, cell, says):
    (result,) = outputs[cell]
    assert result["output_type"] == "execute_result"
    assert says in result["data"]["text/html"]
    assert "fw2v" in result["data"]["text/html"]
    assert "sk-estimator" not in result["data"]["text/html"]


def test_no_widget_is_needed_and_nothing_is_written_to_standard_error(outputs):
    assert not [output for cell in outputs for output in cell if output.get("name") == "stderr"]
    assert outputs[5][0]["text"] == "98 no widgets\n"
