"""Files of pictures: whose they are, and that nobody else's are replaced."""

from pathlib import Path

import pytest

from fastw2v.errors import FormatError, ParameterError
from fastw2v.pictures.files import check_map, check_picture, figure_bytes, write_picture

OTHERS = {"png": b"\x89PNG\r\n\x1a\n" + b"0" * 50, "svg": b"<svg/>", "pdf": b"%PDF-1.4", "html": b"<p>fastw2v</p>"}


def figure(pyplot):
    figure, ax = pyplot.subplots(figsize=(2, 2))
    ax.scatter(range(9), range(9))
    return figure


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_figure_is_signed_so_that_another_may_replace_it(pyplot, tmp_path, kind):
    path = tmp_path / f"picture.{kind}"
    for _ in range(2):
        check_picture(path, overwrite=False)
        write_picture(path, figure_bytes(figure(pyplot), kind))
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_equal_figures_make_equal_files(pyplot, kind):
    assert figure_bytes(figure(pyplot), kind) == figure_bytes(figure(pyplot), kind)


@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_of_another_program_stays(tmp_path, kind):
    path = tmp_path / f"picture.{kind}"
    path.write_bytes(OTHERS[kind])
    with pytest.raises(FormatError, match=f"picture.{kind} exists and is no picture of fastw2v, and would be lost"):
        check_picture(path, overwrite=False)
    check_picture(path, overwrite=True)
    assert path.read_bytes() == OTHERS[kind]
    path.write_bytes(b"")
    check_picture(path, overwrite=False)


def test_a_folder_that_does_not_exist_is_named_before_anything_is_drawn(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        check_picture(tmp_path / "nowhere" / "map.html", overwrite=False)


def test_the_path_of_a_map_is_checked(tmp_path):
    assert check_map(str(tmp_path / "Map.HTML"), False) == tmp_path / "Map.HTML"
    with pytest.raises(ParameterError, match=r"the name must end in .html; got 'map.png'"):
        check_map(Path("map.png"), False)
    with pytest.raises(ParameterError, match="explore takes the path of a file first; got list"):
        check_map(["king"], False)
