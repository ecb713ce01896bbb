"""The map in a real browser without a screen: search, clicks, neighbours, keys, hostile words, no request, no error."""

import json
import os
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fastw2v import WordVectors
from fastw2v.pictures.labels import label_of

pytest.importorskip("bokeh", reason="Bokeh is not installed")
webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(not BROWSER or not DRIVER, reason="needs Chromium or Chrome, and chromedriver, on the PATH"),
    # selenium's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
HOSTILE = [
    '<img src=x onerror="window.hurt=1">',
    "</script><script>window.hurt=1</script>",
    "<!-- <script>",
    "$$x^2$$",
    "{{data}}",
    "&lt;b&gt;",
    "\u2028\u202e",
    "javascript:window.hurt=1",
    '"quoted"',
    "#hash/%zz",
    "שלום",
    "می\u200cروم",
]


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--window-size=1280,800",
        "--enable-unsafe-swiftshader",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--force-prefers-reduced-motion",  # only one test waits while the map glides to its place
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # Without what is loaded into this process by the environment, such as the library of a sanitizer.
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    service = webdriver.ChromeService(executable_path=DRIVER, env=environment)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def wv(themed):
    """Words with markup among ordinary ones."""
    plain = [f"word{row}" for row in range(300)]
    return themed([*plain[:20], *HOSTILE, *plain[20:]], size=24)


@pytest.fixture(scope="module")
def page(wv, tmp_path_factory):
    title = "<img src=x onerror=window.hurt=1>"
    return wv.explore(tmp_path_factory.mktemp("map") / "map.html", method="pca", title=title)


class Map:
    """The map as its reader handles it."""

    def __init__(self, browser):
        self.browser = browser

    def open(self, path, address=""):
        from selenium.webdriver.support.ui import WebDriverWait

        self.browser.get("about:blank")
        self.log()
        self.browser.get(Path(path).as_uri() + address)
        self.wait = WebDriverWait(self.browser, 30, poll_frequency=0.05)
        self.wait.until(lambda browser: browser.execute_script("return document.documentElement.dataset.ready"))

    def log(self):
        """The requests that left the file, and what the console says."""
        events = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        asked = [
            event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"
        ]
        said = [entry["message"] for entry in self.browser.get_log("browser")]
        said = [
            message for message in said if "GL Driver Message (OpenGL, Performance" not in message
        ]  # no graphics card
        return [url for url in asked if not url.startswith(("file:", "data:", "blob:"))], said

    def find(self, selector):
        return self.browser.find_element("css selector", selector)

    def texts(self, selector):
        return [each.text for each in self.browser.find_elements("css selector", selector)]

    def type(self, text, *keys):
        box = self.find("#query")
        box.clear()
        box.send_keys(text, *keys)

    def search(self, word):
        from selenium.webdriver import Keys

        self.type(word, Keys.ENTER)
        self.settle()

    def settle(self):
        """Wait until the labels are laid out where the map has moved to, which they are in the frame after a pause."""
        self.browser.execute_async_script(
            "const done = arguments[0], frame = requestAnimationFrame; setTimeout(() => frame(() => frame(done)), 80)"
        )

    @property
    def pointer(self):
        """What the mouse does, which is everywhere at once."""
        from selenium.webdriver import ActionChains

        return ActionChains(self.browser, duration=0)

    def hover_at(self, right, down):
        """Move the mouse so many pixels from the middle of the map."""
        self.pointer.move_to_element_with_offset(self.find("#drawing"), right, down).perform()

    def click_at(self, right, down):
        """Click so many pixels from the middle of the map."""
        self.pointer.move_to_element_with_offset(self.find("#drawing"), right, down).click().perform()

    def places(self, only="row === 0"):
        """Where the chosen word is, or which of it and its neighbours are asked for: pixels from the middle."""
        return self.browser.execute_script(f"""
            const {{x_range, y_range, renderers}} = Object.values(Bokeh.index)[0].model;
            const {{data}} = renderers.map((each) => each.data_source).filter((each) => each.data.size)[1];  // rings
            const [{{x, y}}, box] = [data, document.getElementById("drawing")];
            const from = (range, value) => (value - (range.start + range.end) / 2) / (range.end - range.start);
            return x.map((_, row) => row).filter((row) => {only}).map((row) => [
                Math.round(from(x_range, x[row]) * box.clientWidth),
                Math.round(-from(y_range, y[row]) * box.clientHeight)]);
        """)

    @property
    def chosen(self):
        return self.find("#chosen").text if self.find("#answer").is_displayed() else None

    @property
    def neighbours(self):
        cosines = [float(text) for text in self.texts("#neighbours .cosine")]
        return list(zip(self.texts("#neighbours .word"), cosines, strict=True))


@pytest.fixture
def map_(browser, page):
    browser.set_window_size(1280, 800)
    found = Map(browser)
    found.open(page)
    yield found
    requests, said = found.log()
    assert requests == []
    assert said == []
    assert browser.execute_script("return window.hurt") is None


def assert_neighbours(found, expected):
    """The same words with the same cosines, but for rounding, which may change the order of nearly equal ones."""
    assert len(found) == 12
    cosine = dict(expected)
    assert all(abs(shown - cosine[word]) < 0.011 for word, shown in found)
    sure = [word for word, score in expected if score > found[-1][1] + 0.01]
    assert set(sure) <= {word for word, _ in found}
    assert all(cosine[one] > cosine[other] - 0.01 for (one, _), (other, _) in pairwise(found))


def test_a_search_finds_a_word_and_shows_its_neighbours(map_, wv):
    map_.search("word33")
    assert map_.chosen == "word33"
    assert_neighbours(map_.neighbours, wv.most_similar("word33", topn=60))


def test_a_click_on_a_word_shows_the_neighbours_that_most_similar_gives(map_, wv):
    map_.search("word150")  # which brings it into view
    ((right, down),) = map_.places()
    map_.find("#clear").click()
    assert map_.chosen is None
    map_.click_at(right, down)
    assert map_.chosen == "word150"
    assert_neighbours(map_.neighbours, wv.most_similar("word150", topn=60))


def test_the_map_glides_unless_motion_is_to_be_reduced(map_):
    zoom = """
        const done = arguments[0], frame = requestAnimationFrame, range = Object.values(Bokeh.index)[0].model.x_range;
        const began = range.start;
        document.querySelector("[data-zoom=in]").click();
        const at_once = range.start - began;
        setTimeout(() => frame(() => frame(() => done(at_once / (range.start - began)))), 400);
    """
    assert map_.browser.execute_async_script(zoom) == 1, "the share of the way that is gone at once"
    motion = {"features": [{"name": "prefers-reduced-motion", "value": "no-preference"}]}
    map_.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", motion)
    try:
        assert map_.browser.execute_async_script(zoom) < 0.5
    finally:
        map_.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_word_at_the_rim_and_most_of_its_neighbours_fill_the_view(map_, wv):
    axes = "Object.values(Bokeh.index)[0].model.renderers[1].data_source.data"
    for axis, side, extreme in ((0, -1, "Math.min(...x)"), (0, 1, "Math.max(...x)"), (1, 1, "Math.min(...y)")):
        row = map_.browser.execute_script(f"const {{x, y}} = {axes}; return {'xy'[axis]}.indexOf({extreme})")
        map_.search(label_of(wv.index_to_key[row]))
        size = [map_.find("#drawing").size[name] for name in ("width", "height")]
        (place,) = map_.places()
        assert 0.15 * size[axis] < side * place[axis] < 0.45 * size[axis], "near that edge of the view"
        seen = [abs(right) < size[0] / 2 and abs(down) < size[1] / 2 for right, down in map_.places("true")]
        assert sum(seen) >= 9


def test_the_box_holds_no_other_word_than_the_chosen_one(map_):
    from selenium.webdriver import Keys

    box = map_.find("#query")
    map_.search("word33")
    assert box.get_property("value") == "word33"
    map_.find("#neighbours button").click()
    assert map_.chosen != "word33"
    assert box.get_property("value") == ""
    map_.search("word33")
    box.send_keys(Keys.ESCAPE)
    assert (map_.chosen, box.get_property("value")) == (None, "")
    map_.search("word33")
    map_.type("word4", Keys.ESCAPE)  # the list below the box goes first
    assert (map_.chosen, box.get_property("value")) == ("word33", "")
    map_.type("word4")
    map_.find("h1").click()
    map_.browser.find_element("css selector", "body").send_keys(Keys.ESCAPE)
    assert (map_.chosen, box.get_property("value")) == (None, "")


def test_a_click_on_nothing_clears(map_):
    map_.search("word150")
    map_.find("[data-zoom=all]").click()
    map_.settle()
    size = map_.find("#drawing").size
    map_.click_at(6 - size["width"] // 2, 6 - size["height"] // 2)  # a corner
    assert map_.chosen is None


def test_a_click_on_a_neighbour_goes_on_to_it(map_):
    map_.search("word33")
    second = map_.neighbours[1][0]
    map_.browser.find_elements("css selector", "#neighbours button")[1].click()
    assert map_.chosen == second
    map_.browser.back()
    assert map_.chosen == "word33"


def test_the_list_of_matches_is_used_with_the_keyboard(map_):
    from selenium.webdriver import Keys

    map_.type("WORD7")
    shown = map_.texts("#matches li")
    assert shown[0] == "word7"
    assert len(shown) == 8
    assert all("word7" in word for word in shown)
    box = map_.find("#query")
    box.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
    assert map_.chosen == shown[2]
    assert not map_.find("#matches").is_displayed()
    map_.type("no such word")
    assert map_.texts("#matches li") == ["no word on this map contains “no such word”"]
    box.send_keys(Keys.ENTER)
    assert map_.chosen == shown[2]


def test_words_with_markup_are_shown_as_they_are(map_):
    for word in (word for word in HOSTILE if label_of(word) == word):
        map_.search(word)
        assert map_.chosen == word
        assert map_.browser.execute_script("return document.images.length") == 0
        assert map_.find("h1").text == "<img src=x onerror=window.hurt=1>"


def test_every_hostile_word_is_drawn_hovered_and_listed(map_):
    for word in HOSTILE:
        shown = label_of(word)
        map_.search(shown)
        ((right, down),) = map_.places()
        map_.find("#clear").click()
        map_.hover_at(right, down)
        assert map_.find("#tip").get_property("textContent").startswith(f"{shown} · ")


def test_an_address_names_a_word(map_, page):
    map_.open(page, "#word42")
    assert map_.chosen == "word42"
    map_.open(page, "#%E0%A4%A")
    assert map_.chosen is None
    map_.search("#hash/%zz")
    address = map_.browser.current_url
    map_.open(page, address[address.index("#") :])
    assert map_.chosen == "#hash/%zz"


def test_an_address_that_names_no_word_of_the_map_is_said_so(map_, page):
    for fragment, shown in (("#unknown%20word", "unknown word"), ("#%E0%A4%A", "%E0%A4%A")):
        map_.open(page, fragment)
        assert map_.chosen is None
        assert map_.find("#missing").text == f"“{shown}”, which the address names, is not on this map."
    map_.search("word42")
    assert not map_.find("#missing").is_displayed()
    map_.browser.execute_script("window.location.hash = 'nothing'")
    map_.settle()
    assert map_.chosen is None
    assert "“nothing”" in map_.find("#missing").text
    map_.open(page)
    assert not map_.find("#missing").is_displayed()


def test_keys_move_zoom_and_clear(map_):
    from selenium.webdriver import ActionChains, Keys

    def keys(*pressed):
        ActionChains(map_.browser).send_keys(*pressed).perform()
        map_.settle()

    map_.search("word33")
    ((right, down),) = map_.places()
    keys(Keys.ESCAPE)
    assert map_.chosen is None
    map_.browser.execute_script("document.getElementById('map').focus()")
    map_.click_at(right, down)
    assert map_.chosen == "word33"
    keys(Keys.ESCAPE, Keys.ARROW_LEFT if right < 0 else Keys.ARROW_RIGHT)  # the map moves by 15 % of its width
    step = round(0.15 * map_.find("#drawing").size["width"])
    map_.click_at(right + (step if right < 0 else -step), down)
    assert map_.chosen == "word33"
    keys("/")
    assert map_.browser.switch_to.active_element.get_attribute("id") == "query"


def test_colours_by_cluster_and_by_frequency(map_):
    assert len(map_.texts("#key button")) == 12
    assert sum(int(size) for size in map_.texts("#key .size")) == 300 + len(HOSTILE)
    map_.find("input[value=frequency]").click()
    assert not map_.find("#key").is_displayed()
    assert map_.texts("#scale span")[0] == "10"
    assert map_.texts("#scale span")[-1] == f"{10 * (300 + len(HOSTILE)):,}"
    map_.find("input[value=cluster]").click()
    button = map_.find("#key button")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"


def test_light_and_dark(map_):
    def ground():
        return map_.find("#map").value_of_css_property("background-color")

    before = ground()
    map_.find("#theme").click()
    after = ground()
    assert before != after
    map_.find("#theme").click()
    assert ground() == before


@pytest.mark.parametrize(("width", "height"), [(500, 900), (1600, 900)])
def test_everything_has_its_place_on_narrow_and_wide_screens(map_, page, width, height):
    map_.browser.set_window_size(width, height)
    map_.open(page)
    map_.search("word33")
    assert map_.chosen == "word33"
    overflow = map_.browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0
    box = map_.find("#drawing").size
    assert box["width"] > 300
    assert box["height"] > 300


def test_points_are_drawn_and_the_map_fills_its_place(map_, tmp_path):
    """Colours of points are on the screenshot: WebGL, or what replaces it, worked."""
    pil = pytest.importorskip("PIL.Image")
    map_.settle()
    map_.find("#drawing").screenshot(str(tmp_path / "map.png"))
    picture = np.asarray(pil.open(tmp_path / "map.png").convert("RGB")).astype(int)
    coloured = np.ptp(picture, axis=2) > 60
    assert coloured.sum() > 3000
    rows, columns = np.nonzero(coloured)
    assert np.ptp(columns) > 0.6 * picture.shape[1] or np.ptp(rows) > 0.6 * picture.shape[0]


def test_vectors_without_counts_are_ranked(browser, tmp_path):
    wv = WordVectors(np.random.default_rng(0).normal(size=(30, 5)), [f"w{row}" for row in range(30)])
    found = Map(browser)
    found.open(wv.explore(tmp_path / "map.html", method="pca"))
    found.search("w7")
    assert found.find("#facts").text.startswith("rank 8 · cluster: ")
    assert found.find("#by-frequency").text == "rank"
    assert found.log() == ([], [])
