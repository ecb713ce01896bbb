// The panel beside the map: facts and neighbours of the chosen word, and what the colours mean.

const number = new Intl.NumberFormat("en");
const byId = (id) => document.getElementById(id);

function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

class Panel {
  constructor(data, selection) {
    Object.assign(this, {data, selection});
    byId("about").textContent =
      `${number.format(data.words.length)} words · ${number.format(data.dimensions)} dimensions · ${data.method}`;
    byId("note").textContent = `Neighbours are the nearest by cosine among the words on this map, from vectors rounded
      to 8 bits. Drawn by Bokeh ${window.Bokeh.version}, made by fastw2v. This page asks the network for nothing.`;
    byId("by-frequency").textContent = data.counts ? "frequency" : "rank";
    byId("clear").addEventListener("click", () => selection.choose(-1));
    for (const input of document.querySelectorAll("input[name=colour]")) {
      input.addEventListener("change", () => selection.colourBy(input.value));
    }
    this.listClusters();
    this.drawScale();
    selection.onChange(() => this.update());
  }

  facts(row) {
    const {counts, clusterNames, clusters} = this.data;
    const often = counts ? `occurs ${number.format(counts[row])} times · ` : "";
    return `${often}rank ${number.format(row + 1)} · cluster: ${clusterNames[clusters[row]]}`;
  }

  update() {
    const {selection, data} = this;
    const chosen = selection.row >= 0;
    byId("hint").hidden = chosen;
    byId("missing").hidden = !selection.missing;
    byId("missing").textContent = `“${selection.missing}”, which the address names, is not on this map.`;
    byId("answer").hidden = !chosen;
    if (chosen) {
      byId("chosen").textContent = data.words[selection.row];
      byId("facts").textContent = this.facts(selection.row);
      byId("neighbours").replaceChildren(...selection.found.map((each) => this.neighbour(each)));
    }
    byId("key").hidden = selection.by !== "cluster";
    byId("scale").hidden = selection.by === "cluster";
    for (const [cluster, button] of [...byId("key").querySelectorAll("button")].entries()) {
      button.setAttribute("aria-pressed", String(cluster === selection.only));
      button.classList.toggle("faint", selection.only >= 0 && cluster !== selection.only);
    }
  }

  neighbour({row, cosine}) {
    const bar = made("span", {className: "bar"});
    bar.style.width = `${Math.max(0, 100 * cosine)}%`;
    bar.style.background = this.selection.colour(row);
    const button = made("button", {type: "button"},
      made("span", {className: "word", dir: "auto", textContent: this.data.words[row]}),
      made("span", {className: "cosine", textContent: cosine.toFixed(2)}),
      made("span", {className: "track"}, bar));
    button.addEventListener("click", () => this.selection.choose(row, {move: true}));
    return made("li", {}, button);
  }

  listClusters() {
    const {data, selection} = this;
    const sizes = new Array(data.clusterNames.length).fill(0);
    for (const cluster of data.clusters) sizes[cluster]++;
    byId("key").replaceChildren(...data.clusterNames.map((name, cluster) => {
      const dot = made("span", {className: "dot"});
      dot.style.background = data.clusterColours[cluster];
      const button = made("button", {type: "button", title: "Show these words alone"},
        dot, made("span", {className: "word", dir: "auto", textContent: name}),
        made("span", {className: "size", textContent: number.format(sizes[cluster])}));
      button.addEventListener("click", () => selection.showOnly(cluster));
      return made("li", {}, button);
    }));
  }

  drawScale() {
    const {data} = this;
    const last = data.words.length - 1;
    byId("scale-low").textContent = data.counts ? number.format(data.counts[last]) : number.format(last + 1);
    byId("scale-high").textContent = data.counts ? number.format(data.counts[0]) : "1";
    byId("scale-bar").style.background = `linear-gradient(to right, ${data.frequencyColours.join(", ")})`;
  }
}
