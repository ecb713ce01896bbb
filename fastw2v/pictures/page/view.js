// The drawing: Bokeh paints points, lines, rings and texts.

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const FONT_SIZE = 12;

class View {
  constructor(data, theme) {
    this.data = data;
    this.theme = theme;
    this.element = document.getElementById("drawing");
    this.frame = new Frame(data, this.element);
    this.listeners = [];
    this.grown = 1;
  }

  // The diameter of a point, in pixels.
  size(row) {
    return this.data.sizes[row] * this.grown;
  }

  // Draw points in the size that suits the zoom; returns whether it is another one.
  grow() {
    const {growth} = this.frame;
    if (growth === this.grown) return false;
    this.grown = growth;
    this.points.data = {...this.points.data, size: this.sizes()};
    return true;
  }

  sizes() {
    return this.data.words.map((_, row) => this.size(row));
  }

  async draw() {
    const {Bokeh} = window;
    const {data, frame} = this;
    const field = (name) => ({field: name});
    const empty = (...names) =>
      new Bokeh.ColumnDataSource({data: Object.fromEntries(names.map((name) => [name, []]))});
    this.points = empty("x", "y", "size", "colour", "alpha");
    this.points.data = {x: data.x, y: data.y, size: this.sizes(), ...this.looks(() => data.otherColour, () => 0)};
    this.lines = empty("x0", "y0", "x1", "y1");
    this.rings = empty("x", "y", "size", "colour");
    this.texts = empty("x", "y", "text", "dx", "dy", "style", "colour");
    const wheel = new Bokeh.WheelZoomTool();
    const figure = Bokeh.Plotting.figure({
      sizing_mode: "stretch_both", toolbar_location: null, output_backend: "webgl", lod_threshold: null,
      x_range: frame.x, y_range: frame.y, x_axis_type: null, y_axis_type: null, min_border: 0,
      outline_line_color: null, background_fill_color: null, border_fill_color: null,
      tools: [new Bokeh.PanTool(), wheel],
    });
    figure.toolbar.active_scroll = wheel;
    this.line = figure.segment(field("x0"), field("y0"), field("x1"), field("y1"),
      {source: this.lines, line_alpha: 0.4, line_width: 1});
    figure.scatter(field("x"), field("y"), {source: this.points, size: field("size"), fill_color: field("colour"),
      fill_alpha: field("alpha"), line_color: null});
    figure.scatter(field("x"), field("y"), {source: this.rings, size: field("size"), fill_color: null,
      line_color: field("colour"), line_width: 2});
    this.text = figure.text(field("x"), field("y"), field("text"), {source: this.texts, x_offset: field("dx"),
      y_offset: field("dy"), text_baseline: "middle", text_color: field("colour"), text_font: FONT,
      text_font_size: `${FONT_SIZE}px`, text_font_style: field("style"), padding: 1, background_fill_alpha: 0.72,
      background_fill_color: "white"});
    await Bokeh.Plotting.show(figure, this.element);
    for (const range of [frame.x, frame.y]) range.change.connect(() => this.changed());
    new ResizeObserver(() => frame.resized()).observe(this.element);
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  changed() {
    for (const listener of this.listeners) listener();
  }

  looks(colour, alpha) {
    return {colour: this.data.words.map((_, row) => colour(row)), alpha: this.data.words.map((_, row) => alpha(row))};
  }

  colourPoints(colour, alpha) {
    const {x, y} = this.data;
    this.points.data = {x, y, size: this.sizes(), ...this.looks(colour, alpha)};
    this.text.glyph.background_fill_color = {value: this.theme.colour("map")};
    this.line.glyph.line_color = {value: this.theme.colour("text")};
  }

  // Rings around words, and lines from the first of them to the others.
  mark(rows, colour) {
    const {x, y} = this.data;
    this.rings.data = {
      x: rows.map((row) => x[row]), y: rows.map((row) => y[row]),
      size: rows.map((row, place) => this.size(row) + (place ? 4 : 8)),
      colour: rows.map((row, place) => (place ? colour(row) : this.theme.colour("text"))),
    };
    const others = rows.slice(1);
    this.lines.data = {
      x0: others.map(() => x[rows[0]]), y0: others.map(() => y[rows[0]]),
      x1: others.map((row) => x[row]), y1: others.map((row) => y[row]),
    };
  }
}
