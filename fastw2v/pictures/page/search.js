// The search box: a list of words that begin with, or contain, what is typed.

const MATCHES = 8;

class Search {
  constructor(data, selection) {
    this.selection = selection;
    this.words = data.words;
    this.folded = data.words.map((word) => fold(word));
    this.input = document.getElementById("query");
    this.list = document.getElementById("matches");
    this.rows = [];
    this.active = -1;
    this.row = selection.row;
    selection.onChange(() => this.follow());
    this.input.addEventListener("input", () => this.update());
    this.input.addEventListener("focus", () => this.input.value && this.update());
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => this.key(event));
    // Before the box loses the focus, which closes the list.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("[data-row]");
      if (item) this.take(Number(item.dataset.row));
    });
  }

  // Exact words first, then those that begin with the text, then those that contain it; each the most frequent first.
  matches(text) {
    const wanted = fold(text.trim());
    if (!wanted) return [];
    const kinds = [[], [], []];
    this.folded.forEach((word, row) => {
      const place = word.indexOf(wanted);
      if (place >= 0) kinds[word === wanted ? 0 : place === 0 ? 1 : 2].push(row);
    });
    return kinds.flat().slice(0, MATCHES);
  }

  update() {
    this.rows = this.matches(this.input.value);
    this.active = this.rows.length ? 0 : -1;
    const typed = this.input.value.trim();
    const items = this.rows.map((row, place) => {
      const item = document.createElement("li");
      Object.assign(item, {id: `match-${place}`, textContent: this.words[row], dir: "auto"});
      item.setAttribute("role", "option");
      item.dataset.row = row;
      return item;
    });
    if (typed && !items.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = `no word on this map contains “${typed}”`;
      items.push(none);
    }
    this.list.replaceChildren(...items);
    this.list.hidden = !items.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.mark();
  }

  mark() {
    for (const [place, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(place === this.active));
    }
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `match-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this.update();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (this.rows.length) this.active = (this.active + step + this.rows.length) % this.rows.length;
      this.mark();
    } else if (event.key === "Enter" && this.active >= 0) {
      this.take(this.rows[this.active]);
    } else if (event.key === "Escape") {
      // With a list below it the box alone is emptied; else everything is cleared, as outside of the box.
      if (this.list.hidden) this.input.blur();
      else event.stopPropagation();
      this.clear();
    }
  }

  take(row) {
    this.selection.choose(row, {move: true});
    this.input.value = this.words[row];
    this.close();
  }

  // The box never holds another word than the chosen one.
  follow() {
    if (this.row === this.selection.row) return;
    this.row = this.selection.row;
    this.clear();
  }

  clear() {
    this.input.value = "";
    this.close();
  }

  close() {
    this.rows = [];
    this.active = -1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark();
  }
}

function fold(text) {
  return text.normalize("NFC").toLowerCase();
}
