// Labels that do not overlap: the chosen words first, then the most frequent ones that find a free place.

const LINE = 16;  // height of a label
const GAP = 3;
const AREA = 6000;  // square pixels for each label
const PAUSE = 60;  // milliseconds between layouts while the map moves

class Labels {
  constructor(view, theme) {
    this.view = view;
    this.theme = theme;
    this.pen = document.createElement("canvas").getContext("2d");
    this.widths = new Map();
    this.chosen = [];
    this.dimmed = () => false;
    this.grown = () => {};  // called when points change their size
    this.placed = [];
    view.onChange(() => this.soon());
  }

  soon() {
    if (this.waiting) return;
    this.waiting = true;
    setTimeout(() => {
      this.waiting = false;
      requestAnimationFrame(() => this.layOut());
    }, PAUSE);
  }

  width(row, bold) {
    const key = bold ? -row - 1 : row;
    if (!this.widths.has(key)) {
      this.pen.font = `${bold ? "bold " : ""}${FONT_SIZE}px ${FONT}`;
      this.widths.set(key, Math.ceil(this.pen.measureText(this.view.data.words[row]).width) + 2);
    }
    return this.widths.get(key);
  }

  layOut() {
    const {view} = this;
    if (view.grow()) this.grown();
    const {data, frame} = view;
    const [wide, high] = frame.size;
    const most = Math.max(8, Math.floor((wide * high) / AREA));
    const chosen = new Set(this.chosen);
    const taken = new Boxes();
    const placed = [];
    const tryRow = (row, bold, always) => {
      const [x, y] = frame.pixel(row);
      if (x < 0 || y < 0 || x > wide || y > high) return;
      const [width, ring] = [this.width(row, bold), chosen.has(row) ? (bold ? 5 : 3) : 0];
      const reach = view.size(row) / 2 + ring + GAP;
      const places = [[reach, 0], [-reach - width, 0], [-width / 2, -reach - LINE / 2], [-width / 2, reach + LINE / 2]];
      const box = ([dx, dy]) => [x + dx, y + dy - LINE / 2, x + dx + width, y + dy + LINE / 2];
      const seen = ([left, top, right, bottom]) => left >= 0 && top >= 0 && right <= wide && bottom <= high;
      const free = places.find((place) => seen(box(place)) && taken.free(box(place))) ?? (always ? places[0] : null);
      if (!free) return;
      taken.add(box(free));
      placed.push({row, bold, dx: free[0], dy: free[1], width});
    };
    this.chosen.forEach((row, place) => tryRow(row, place === 0, place === 0));
    for (let row = 0; row < data.words.length && placed.length < most; row++) {
      if (!chosen.has(row) && !this.dimmed(row)) tryRow(row, false, false);
    }
    this.placed = placed;
    this.write(chosen);
  }

  write(chosen) {
    const {data, texts} = this.view;
    const [strong, weak] = [this.theme.colour("text"), this.theme.colour("label")];
    const each = (value) => this.placed.map(value);
    texts.data = {
      x: each(({row}) => data.x[row]), y: each(({row}) => data.y[row]), text: each(({row}) => data.words[row]),
      dx: each(({dx}) => dx), dy: each(({dy}) => dy), style: each(({bold}) => (bold ? "bold" : "normal")),
      colour: each(({row}) => (chosen.has(row) ? strong : weak)),
    };
  }

  // The word whose label or point is under the pointer, or -1.
  wordAt(x, y, reach) {
    const {data, frame} = this.view;
    for (const {row, dx, dy, width} of this.placed) {
      const [left, middle] = frame.pixel(row);
      if (x >= left + dx && x <= left + dx + width && Math.abs(y - middle - dy) <= LINE / 2) return row;
    }
    let [found, nearest] = [-1, Infinity];
    for (let row = 0; row < data.words.length; row++) {
      const [left, middle] = frame.pixel(row);
      const away = Math.hypot(left - x, middle - y) - this.view.size(row) / 2;
      if (away < nearest && away <= reach) [found, nearest] = [row, away];
    }
    return found;
  }
}

// Boxes on a grid, so that each is compared with those near it alone.
class Boxes {
  constructor() {
    this.cells = new Map();
  }

  *near([left, top, right, bottom]) {
    for (let across = Math.floor(left / 64); across <= Math.floor(right / 64); across++) {
      for (let down = Math.floor(top / 32); down <= Math.floor(bottom / 32); down++) yield across * 100003 + down;
    }
  }

  free(box) {
    for (const cell of this.near(box)) {
      for (const other of this.cells.get(cell) ?? []) {
        if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) return false;
      }
    }
    return true;
  }

  add(box) {
    for (const cell of this.near(box)) {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push(box);
    }
  }
}
