// Dark or light: what the system says, until somebody says otherwise.

import { find } from "./elements.js";

const KEY = "tollgate-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing asks the system again.
  }
}

export function theme() {
  const button = find("theme");
  const show = () => {
    const shown = kept() ?? (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = shown;
    button.textContent = shown === "dark" ? "Light" : "Dark";
    button.title = `Change to the ${shown === "dark" ? "light" : "dark"} theme`;
  };
  button.addEventListener("click", () => {
    keep(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    show();
  });
  dark.addEventListener("change", show);
  show();
}
