// The chosen word with its neighbours, the colours of all points, and the address that remembers the word.

const SHOWN_NEIGHBOURS = 12;

class Selection {
  constructor(data, neighbours, view, labels) {
    Object.assign(this, {data, neighbours, view, labels});
    this.row = -1;
    this.found = [];
    this.missing = "";  // what the address names, where that is no word of the map
    this.by = "cluster";
    this.only = -1;  // the one cluster that is shown, or -1
    this.listeners = [];
    labels.grown = () => this.mark();
    this.firstRow = new Map();
    data.words.forEach((word, row) => this.firstRow.has(word) || this.firstRow.set(word, row));
    window.addEventListener("hashchange", () => this.fromAddress());
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  choose(row, {move = false, missing = ""} = {}) {
    if (row === this.row && missing === this.missing) {
      if (move && row >= 0) this.view.frame.show(this.rows);
      return;
    }
    this.row = row;
    this.missing = missing;
    this.found = row < 0 ? [] : this.neighbours.nearest(row, SHOWN_NEIGHBOURS);
    if (!missing) this.remember(row < 0 ? "" : `#${encodeURIComponent(this.data.words[row])}`);
    if (move && row >= 0) this.view.frame.show(this.rows);
    this.changed();
  }

  remember(address) {
    if (address === window.location.hash) return;
    try {
      window.history.pushState(null, "", address || window.location.pathname + window.location.search);
    } catch (error) {
      if (error.name !== "SecurityError") throw error;  // a page within a page, as in a notebook, has no address
    }
  }

  fromAddress() {
    let word = window.location.hash.slice(1);
    try {
      word = decodeURIComponent(word);
    } catch {
      // An address that was cut off in the middle of a character names no word; it is shown as it is.
    }
    const row = this.firstRow.get(word) ?? -1;
    this.choose(row, {move: true, missing: row < 0 ? word : ""});
  }

  colourBy(by) {
    this.by = by;
    this.only = -1;
    this.changed();
  }

  showOnly(cluster) {
    this.only = cluster === this.only ? -1 : cluster;
    this.changed();
  }

  colour(row) {
    const {data} = this;
    if (this.by === "cluster") return data.clusterColours[data.clusters[row]];
    return data.frequencyColours[Math.round(data.frequency[row] ** 0.6 * (data.frequencyColours.length - 1))];
  }

  // The chosen word and its neighbours.
  get rows() {
    return this.row < 0 ? [] : [this.row, ...this.found.map((each) => each.row)];
  }

  mark() {
    this.view.mark(this.rows, (row) => this.colour(row));
  }

  changed() {
    const {rows} = this;
    const marked = new Set(rows);
    const hidden = (row) => this.only >= 0 && this.data.clusters[row] !== this.only && !marked.has(row);
    const alpha = (row) => (hidden(row) ? 0.07 : marked.has(row) ? 1 : rows.length ? 0.45 : 0.8);
    this.view.colourPoints((row) => this.colour(row), alpha);
    this.mark();
    this.labels.chosen = rows;
    this.labels.dimmed = hidden;
    this.labels.layOut();
    for (const listener of this.listeners) listener();
  }
}
