// Which part of the map is seen: two ranges of equal scale, moved and zoomed.

const MARGIN = 1.1;
const DEEPEST = 80;  // how far one can zoom in: the whole, divided by this
const GLIDE = 350;  // milliseconds
const FITTED = 0.7;  // the share of a word and its neighbours that is brought into view, the nearest on the map
const FILLED = 0.7;  // the share of the view that they fill at most, which leaves room for labels
const STEPS = 10;  // towards the words around, each about half of what is left

class Frame {
  constructor(data, element) {
    const {Bokeh} = window;
    this.data = data;
    this.element = element;
    this.size = [element.clientWidth || 1, element.clientHeight || 1];
    const limits = {min_interval: (2 * data.extent) / DEEPEST, max_interval: 8 * data.extent};
    this.x = new Bokeh.Range1d({start: -1, end: 1, ...limits});
    this.y = new Bokeh.Range1d({start: -1, end: 1, ...limits});
    this.span = [data.x, data.y].map((values) => {
      const [least, most] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)],
        [Infinity, -Infinity]);
      return {middle: (least + most) / 2, length: Math.max(most - least, data.extent / 50)};
    });
    this.look(...this.whole);
  }

  // Units of the map for each pixel.
  get scale() {
    return (this.x.end - this.x.start) / this.size[0];
  }

  get centre() {
    return [(this.x.start + this.x.end) / 2, (this.y.start + this.y.end) / 2];
  }

  // Centre and scale with which everything is seen.
  get whole() {
    const scale = MARGIN * Math.max(...this.span.map(({length}, axis) => length / this.size[axis]));
    return [this.span[0].middle, this.span[1].middle, scale];
  }

  // How much larger points are drawn where the map is zoomed in, in few steps.
  get growth() {
    const closer = Math.max(1, this.whole[2] / this.scale);
    return Math.min(1.8, 1.12 ** Math.round(Math.log(closer ** 0.4) / Math.log(1.12)));
  }

  pixel(row) {
    const {x, y, data, size} = this;
    return [
      ((data.x[row] - x.start) / (x.end - x.start)) * size[0],
      (1 - (data.y[row] - y.start) / (y.end - y.start)) * size[1],
    ];
  }

  look(x, y, scale) {
    const [wide, high] = this.size.map((length) => (length * scale) / 2);
    this.x.setv({start: x - wide, end: x + wide});
    this.y.setv({start: y - high, end: y + high});
  }

  // The size of the window changed: what was whole stays whole, else the scale stays.
  resized() {
    const [x, y] = this.centre;
    const {scale} = this;
    const wasWhole = this.whole.every((value, part) => Math.abs(value - [x, y, scale][part]) < 0.02 * Math.abs(value) + 1);
    this.size = [this.element.clientWidth || 1, this.element.clientHeight || 1];
    this.look(...(wasWhole ? this.whole : [x, y, scale]));
  }

  showAll() {
    this.glide(...this.whole);
  }

  zoom(factor) {
    const least = (2 * this.data.extent) / DEEPEST / Math.min(...this.size);
    this.glide(...this.centre, Math.max(this.scale / factor, least));
  }

  move(right, up) {
    const [x, y] = this.centre;
    this.look(x + right * this.size[0] * this.scale, y + up * this.size[1] * this.scale, this.scale);
  }

  // Bring a word and most of its neighbours, which follow it in `rows`, into view, with few blanks around them.
  show(rows) {
    const places = [this.data.x, this.data.y];
    const away = (row) => Math.hypot(...places.map((values) => values[row] - values[rows[0]]));
    const near = [...rows].sort((one, other) => away(one) - away(other)).slice(0, Math.ceil(FITTED * rows.length));
    const box = places.map((values) => {
      const [low, high] = [Math.min(...near.map((row) => values[row])), Math.max(...near.map((row) => values[row]))];
      return {middle: (low + high) / 2, length: high - low};
    });
    const fit = Math.max(...box.map(({length}, axis) => length / (FILLED * this.size[axis])));
    const least = (0.2 * this.data.extent) / Math.min(...this.size);
    const scale = Math.min(Math.max(fit, least), this.whole[2]);
    this.glide(...this.populated(box, scale), scale);
  }

  // The centre of a view that holds a box, moved to the middle of the words in view: a box at the rim of the map then
  // stands at an edge of the view, not amid blanks.
  populated(box, scale) {
    const {x, y} = this.data;
    const half = this.size.map((length) => (length * scale) / 2);
    const play = box.map(({length}, axis) => Math.max(0, FILLED * half[axis] - length / 2));
    let centre = box.map(({middle}) => middle);
    for (let step = 0; step < STEPS; step++) {
      let [right, up, seen] = [0, 0, 0];
      for (let row = 0; row < x.length; row++) {
        if (Math.abs(x[row] - centre[0]) > half[0] || Math.abs(y[row] - centre[1]) > half[1]) continue;
        right += x[row];
        up += y[row];
        seen++;
      }
      if (!seen) break;
      centre = [right / seen, up / seen].map((value, axis) =>
        Math.max(box[axis].middle - play[axis], Math.min(value, box[axis].middle + play[axis])));
    }
    return centre;
  }

  glide(x, y, scale) {
    cancelAnimationFrame(this.gliding);
    const [fromX, fromY] = this.centre;
    const from = this.scale;
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const began = performance.now();
    const step = () => {
      const time = still ? 1 : Math.min(1, (performance.now() - began) / GLIDE);
      const share = 1 - (1 - time) ** 3;
      this.look(fromX + (x - fromX) * share, fromY + (y - fromY) * share, from * (scale / from) ** share);
      if (time < 1) this.gliding = requestAnimationFrame(step);
    };
    step();
  }
}
