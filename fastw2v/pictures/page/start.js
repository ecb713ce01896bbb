// Unpack, draw, and connect pointer and keys.

const CLICK = 6;  // pixels that a finger may move while it taps
const STEP = 0.15;  // of the map's width, for each arrow key

// Sizes and places on the scale of frequencies: by the logarithm of the count, or of the rank where there are none.
function withSizes(data) {
  const values = data.words.map((_, row) => (data.counts ? Math.log(1 + data.counts[row]) : -Math.log(1 + row)));
  const [high, low] = [values[0], values[values.length - 1]];
  data.frequency = values.map((value) => (high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 1));
  const least = data.words.length > 4000 ? 3.5 : data.words.length > 800 ? 4.5 : 6;
  data.sizes = data.frequency.map((share) => least + 7 * share ** 1.5);
  return data;
}

function connectPointer(view, labels, selection) {
  const map = document.getElementById("map");
  const tip = document.getElementById("tip");
  const down = new Map();
  let several = false;
  const at = (event) => {
    const box = view.element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  map.addEventListener("pointerdown", (event) => {
    several = down.size > 0;
    down.set(event.pointerId, at(event));
    tip.hidden = true;
  }, true);
  map.addEventListener("pointerup", (event) => {
    const began = down.get(event.pointerId);
    down.delete(event.pointerId);
    if (!began || several || event.button !== 0 || event.target.closest("#zoom")) return;
    const [x, y] = at(event);
    if (Math.hypot(x - began[0], y - began[1]) > CLICK) return;
    selection.choose(labels.wordAt(x, y, event.pointerType === "mouse" ? 8 : 20));
  }, true);
  map.addEventListener("pointercancel", (event) => down.delete(event.pointerId), true);
  map.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || event.buttons) return;
    const [x, y] = at(event);
    const row = labels.wordAt(x, y, 6);
    map.classList.toggle("on-word", row >= 0);
    tip.hidden = row < 0;
    if (row < 0) return;
    const counts = view.data.counts;
    tip.textContent = view.data.words[row] + (counts ? ` · ${number.format(counts[row])}` : "");
    const [wide, high] = view.frame.size;
    tip.style.left = `${Math.min(x + 14, wide - tip.offsetWidth - 4)}px`;
    tip.style.top = `${y + 30 > high ? y - 30 : y + 16}px`;
  }, true);
  map.addEventListener("pointerleave", () => (tip.hidden = true));
}

function connectKeys(view, selection, search) {
  const {frame} = view;
  const actions = {
    ArrowLeft: () => frame.move(-STEP, 0), ArrowRight: () => frame.move(STEP, 0),
    ArrowUp: () => frame.move(0, STEP), ArrowDown: () => frame.move(0, -STEP),
    "+": () => frame.zoom(1.6), "=": () => frame.zoom(1.6), "-": () => frame.zoom(1 / 1.6), "0": () => frame.showAll(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.id === "query";
    if (event.key === "/" && !typing) {
      event.preventDefault();
      document.getElementById("query").select();
    } else if (event.key === "Escape") {
      selection.choose(-1);
      search.clear();
    } else if (actions[event.key] && !typing && !event.target.closest("#panel")) {
      event.preventDefault();
      actions[event.key]();
    }
  });
  const zooms = {in: actions["+"], out: actions["-"], all: actions["0"]};
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", zooms[button.dataset.zoom]);
  }
}

async function start() {
  const message = document.getElementById("message");
  try {
    if (!window.DecompressionStream) throw new Error("this browser is too old: the map needs one of 2023 or later");
    await runLibrary();
    const data = withSizes(await unpackJson("data"));
    const neighbours = new Neighbours(await unpack("vectors"), data.dimensions);
    let selection = null;
    const theme = new Theme(() => selection?.changed());
    const view = new View(data, theme);
    await view.draw();
    const labels = new Labels(view, theme);
    selection = new Selection(data, neighbours, view, labels);
    new Panel(data, selection);
    const search = new Search(data, selection);
    connectPointer(view, labels, selection);
    connectKeys(view, selection, search);
    selection.changed();
    selection.fromAddress();
    message.hidden = true;
    document.documentElement.dataset.ready = "true";
  } catch (error) {
    message.hidden = false;
    message.textContent = `The map could not be drawn: ${error.message}`;
    throw error;
  }
}

start();
