"""Help, the list of commands, wrong names of commands and options, completion, and how little is imported for them."""

import json
import os
import re
import shutil
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from fastw2v.cli import rivals_options
from fastw2v.cli.commands import cli
from fastw2v.cli.pages import Page
from fastw2v.gensims_names import OWN_NAMES, OWN_NAMES_OF_BOOK

COMMANDS = cli.all_commands()


def modules_after(run_python, *arguments):
    code = (
        "import sys\nfrom fastw2v.cli import main\n"
        f"sys.argv = ['fastw2v', *{list(map(str, arguments))!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('MODULES', *sys.modules)\n"
    )
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("MODULES")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_help_and_version_import_next_to_nothing(run_python, arguments):
    loaded = modules_after(run_python, *arguments)
    heavy = {"numpy", "scipy", "sklearn", "rich", "gensim", "pooch", "safetensors"}
    assert not heavy & {name.partition(".")[0] for name in loaded}
    own = {name for name in loaded if name.startswith("fastw2v.")}
    modules = ("commands", "options", "pages", "rivals_options", "stopping", "streams", "wording")
    allowed = {"cli", "gensims_names", "paths", *(f"cli.{name}" for name in modules)}
    assert own == {f"fastw2v.{name}" for name in allowed}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_imports_no_numpy(run_python, command):
    """So that the shell completes its options at once."""
    loaded = modules_after(run_python, command, "--help")
    assert not {"numpy", "scipy", "sklearn", "rich"} & loaded


def test_asking_imports_neither_training_nor_scikit_learn(run_python, file):
    loaded = modules_after(run_python, "neighbours", file, "king")
    assert "numpy" in loaded
    assert not {name for name in loaded if name.startswith(("sklearn", "scipy", "rich", "fastw2v.training"))}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_page_with_examples_that_fit(name):
    command = COMMANDS[name]
    assert isinstance(command, Page)
    assert command.help
    assert command.examples
    for columns in (60, 80, 120):
        result = CliRunner().invoke(cli, [name, "--help"], terminal_width=columns)
        assert result.exit_code == 0
        assert not re.search(r"x[<>]=\d", result.output), "limits are in words"
        too_long = [line for line in result.output.splitlines() if len(line) > columns]
        # Command lines are left whole, so that they can be copied; they fit into a terminal of usual width.
        assert [line for line in too_long if columns >= 80 or not line.startswith("  fastw2v")] == []
    for line, _ in command.examples:
        assert f"fastw2v {name}" in line or any(f"fastw2v {other}" in line for other in ("nn", "document-vectors"))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_stands_in_one_section_and_says_what_it_does(name):
    command = COMMANDS[name]
    placed = [option for members in command.sections.values() for option in members]
    options = {param.name for param in command.params if isinstance(param, click.Option)}
    assert len(placed) == len(set(placed))
    assert set(placed) <= options
    assert not command.sections or options - set(placed) == set()
    assert all(param.help for param in command.params if isinstance(param, click.Option))


def test_the_options_in_examples_exist():
    for command in COMMANDS.values():
        own = {name for param in command.params for name in param.opts}
        for line, _ in command.examples:
            ours = line[line.index("fastw2v") :].partition("|")[0]
            assert set(re.findall(r"(?<=\s)--?[a-z][\w-]*", ours)) <= own, line


def test_the_list_of_commands_is_complete_and_each_is_found_by_each_name():
    output = CliRunner().invoke(cli, ["--help"]).output
    for section in cli.table.values():
        for name, entry in section.items():
            assert f"  {name}" in output
            for alias in (*entry.aliases, *entry.unlisted):
                assert cli.get_command(None, alias) is cli.get_command(None, name)


def test_without_a_command_the_help_is_shown(run):
    done = run()
    assert done.returncode == 0
    assert done.stdout == run("--help").stdout


def test_help_may_be_asked_for_as_a_command():
    for asked, same in ((["help"], ["--help"]), (["help", "nn"], ["nn", "--help"])):
        assert CliRunner().invoke(cli, asked).output == CliRunner().invoke(cli, same).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "there is no command 'trian': did you mean train?"),
        (["xyzzy"], "there is no command 'xyzzy': fastw2v --help lists the commands"),
        (["train", "c", "-o", "v.bin", "--bogus"], "there is no option '--bogus'"),
        (["train", "c", "--windw", "3"], "there is no option '--windw': did you mean --window?"),
        (["nn", "v", "-topn", "3"], "there is no option '-topn': write --topn"),
        (["train", "c", "--vector_size", "3"], "there is no option '--vector_size': write --vector-size"),
        (["train", "c", "-output", "v.bin"], "there is no option '-output': write --output"),
        (["train", "c"], "the file to write the vectors to is missing: name it with --output"),
        (["word2vec", "-train", "c", "--dim=3"], "there is no option '--dim': write -size"),
        (["word2vec", "-train", "c", "-outptu", "x"], "there is no option '-outptu': did you mean -output?"),
        (["skipgram", "-input", "c", "-size", "3"], "there is no option '-size': write -dim"),
        (["cbow", "-input", "c", "--workers", "3"], "there is no option '--workers': write -thread"),
    ],
)
def test_wrong_names_are_answered_with_the_right_ones(arguments, message, run):
    done = run(*arguments)
    assert done.returncode == 2
    assert f"Error: {message}" in done.stderr
    assert "--help' shows all options and examples" in done.stderr


RIVALS = {
    "word2vec.c": "-train -output -size -window -sample -hs -negative -threads -iter -min-count -alpha -classes -debug "
    "-binary -save-vocab -read-vocab -cbow",
    "fastText": "-input -output -lr -dim -ws -epoch -minCount -neg -wordNgrams -loss -bucket -minn -maxn -thread -t "
    "-pretrainedVectors -lrUpdateRate -verbose -saveOutput -seed",
    "book": " ".join(f"--{name}" for name in OWN_NAMES_OF_BOOK),
    "gensim": " ".join(f"--{name}" for name in OWN_NAMES) + " --sg --hs --seed --sample --epochs --vector_size",
    "GloVe": "--vocab-min-count --vector-size --threads --iter --eta",
}


@pytest.mark.parametrize("program", RIVALS)
def test_every_option_of_other_trainers_is_ours_or_answered(program):
    train = COMMANDS["train"]
    own = [name for param in train.params for name in (*param.opts, *param.secondary_opts)]
    unanswered = [
        option
        for option in RIVALS[program].split()
        if option not in own and rivals_options.answer_to(option, own, rivals=True) is None
    ]
    assert unanswered in ([], ["-t"], ["-saveOutput"], ["-t", "-saveOutput"])


def test_answers_name_options_that_exist():
    own = [name for param in COMMANDS["train"].params for name in (*param.opts, *param.secondary_opts)]
    for name in rivals_options._OURS:
        if len(name) > 1:
            answer = rivals_options.answer_to(f"--{name}", own, rivals=True)
            assert f"--{name}" in own or re.search(r"write (--[\w-]+)$", answer)[1] in own
    for answer in rivals_options._ANSWERS.values():
        assert set(re.findall(r"--[a-z-]+", answer)) - {"--format"} <= set(own)


# -- completion --


@pytest.fixture
def completions(run):
    """What the shell is offered for a line that ends as given."""

    def complete(*words):
        line = " ".join(("fastw2v", *words))
        environment = {"_FASTW2V_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}
        done = run(env={**os.environ, **environment})
        assert done.returncode == 0, done.stderr
        return [entry.split(",", 1)[1] for entry in done.stdout.split()]

    return complete


def test_commands_options_and_choices_are_completed(completions):
    assert completions("ev") == ["evaluate"]
    assert "--min-count" in completions("train", "--min")
    assert completions("train", "--architecture", "s") == ["skipgram"]
    assert completions("train", "--device", "c") == ["cpu", "cuda"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_accept_what_is_printed_for_them(run, tmp_path, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = run(env={**os.environ, "_FASTW2V_COMPLETE": f"{shell}_source"})
    assert done.returncode == 0
    (tmp_path / "completion").write_text(done.stdout)
    checked = subprocess.run([shell, "-n", str(tmp_path / "completion")], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "fastw2v" in done.stdout


def test_bash_completes_a_command(run, tmp_path, fastw2v_command, package_folder):
    """In a real shell: the function that is printed is called as bash calls it."""
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    program = tmp_path / "fastw2v"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{fastw2v_command[-1]}' \"$@\"\n")
    program.chmod(0o755)
    source = run(env={**os.environ, "_FASTW2V_COMPLETE": "bash_source"}).stdout
    (tmp_path / "completion").write_text(source)
    script = (
        f"export PATH={tmp_path}:$PATH PYTHONPATH={package_folder}; source {tmp_path}/completion; "
        "COMP_WORDS=(fastw2v neigh); COMP_CWORD=1; _fastw2v_completion fastw2v neigh fastw2v; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=package_folder)
    assert done.stdout.split() == ["neighbours"], done.stderr


def test_names_of_json_reports_are_stable(run, file):
    """The keys that docs/command_line.md states."""
    facts = json.loads(run("info", file, "--json").stdout)
    keys = "file format words vector_size first_words tokens context_vectors node_vectors metadata"
    assert list(facts) == keys.split()
