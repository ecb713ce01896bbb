// Light or dark: as the system has it, until the reader chooses.

class Theme {
  constructor(changed) {
    this.system = window.matchMedia("(prefers-color-scheme: dark)");
    this.system.addEventListener("change", changed);
    document.getElementById("theme").addEventListener("click", () => {
      document.documentElement.dataset.theme = this.dark ? "light" : "dark";
      changed();
    });
  }

  get dark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : this.system.matches;
  }

  colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  }
}
