// Files: what is downloaded, and what is opened. Nothing else leaves the page, and this only into a file.

import { element, find } from "./elements.js";

/** As much as the page takes. */
const LARGEST = 4 * 1024 * 1024;

/** Hands a text to the browser as a file. */
export function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Calls `take(name, text)` with a file that is picked or dropped, `refuse(message)` where it cannot be one. */
export function opening(take, refuse) {
  const picker = find("file");
  const read = async (file) => {
    if (!file) return;
    if (file.size > LARGEST) return refuse(`${file.name} is larger than a page takes: use \`tollgate try\``);
    try {
      take(file.name, new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()));
    } catch {
      refuse(`${file.name} is no text in UTF-8`);
    }
  };
  picker.addEventListener("change", () => {
    read(picker.files[0]);
    picker.value = "";
  });
  const over = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    document.body.classList.toggle("dropping", event.type === "dragover");
  };
  addEventListener("dragover", over);
  addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  addEventListener("drop", (event) => {
    over(event);
    read(event.dataTransfer.files[0]);
  });
  return () => picker.click();
}
