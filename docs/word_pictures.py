"""Make the pictures of docs/pictures.md from a corpus: plots by the package, and screenshots of the map.

    python docs/word_pictures.py corpus.txt

Writes to docs/images. The screenshots need Chromium or Chrome with chromedriver, and selenium.
"""

import argparse
import io
import shutil
import tempfile
from pathlib import Path

import matplotlib
from PIL import Image

from fastw2v import Word2Vec

IMAGES = Path(__file__).parent / "images"
WORDS = """king queen prince princess emperor lord duke pope bishop church river lake sea island mountain valley coast
    city town village north south east west one two three four five six seven eight nine ten red blue green white
    black yellow dog cat horse bird fish france germany italy spain england russia china japan french german italian
    spanish english russian chinese japanese physics chemistry biology mathematics philosophy music song album band
    guitar piano"""


def plots(model: Word2Vec) -> None:
    """Write the loss and the words, small enough for a page."""
    matplotlib.rcParams["svg.hashsalt"] = "fastw2v"  # the same picture gives the same file
    for name, ax in (
        ("loss", model.plot_loss()),
        ("words_pca", model.vectors_.plot(WORDS.split())),
        ("words_tsne", model.vectors_.plot(WORDS.split(), "tsne")),
    ):
        ax.figure.savefig(IMAGES / f"{name}.svg", metadata={"Date": None})


def screenshots(page: Path, word: str) -> None:
    """Write the map as it is in a light and in a dark browser, on a wide and on a narrow screen."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for argument in ("--headless=new", "--no-sandbox", "--enable-unsafe-swiftshader", "--hide-scrollbars"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    # A page of the documentation shows them at about 740 pixels, where labels of wider screens could not be read.
    for name, width, height, theme, scale in (
        ("map_light", 860, 560, "light", 1.5),
        ("map_dark", 860, 560, "dark", 1.5),
        ("map_narrow", 420, 800, "light", 1),
    ):
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        media = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        driver.get("about:blank")
        driver.get(f"{page.as_uri()}{'' if name == 'map_light' else '#' + word}")
        driver.execute_async_script("setTimeout(arguments[0], 3000)")
        picture = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
        picture.save(IMAGES / f"{name}.webp", quality=88, method=6)  # a quarter of a PNG's room
    driver.quit()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="English text in lower case")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--words", type=int, default=5000, help="of the map")
    options = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    model = Word2Vec(options.corpus, epochs=options.epochs, random_state=1, n_jobs=1).fit()  # the same each time
    plots(model)
    with tempfile.TemporaryDirectory() as folder:
        page = model.vectors_.explore(Path(folder) / "map.html", options.words, title="Words of the English Wikipedia")
        screenshots(page, "river")


if __name__ == "__main__":
    main()
