"use strict";
document.documentElement.classList.add("scripted");
for (const head of document.querySelectorAll("th[data-sort]")) {
  const sort = () => {
    const body = head.closest("table").tBodies[0];
    const column = head.cellIndex;
    const down = head.getAttribute("aria-sort") !== "descending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => {
      const cell = row.cells[column];
      return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
    };
    const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
    [...body.rows].sort((a, b) => order(key(a), key(b)) * (down ? -1 : 1)).forEach((row) => body.append(row));
  };
  head.tabIndex = 0;
  head.addEventListener("click", sort);
  head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
}
const filters = document.querySelectorAll("[data-filter]");
const shown = document.querySelector("#shown");
const filter = () => {
  let count = 0;
  const wanted = [...filters].map((one) => [one.dataset.filter, one.value.toLowerCase()]).filter((pair) => pair[1]);
  for (const article of document.querySelectorAll("article")) {
    const fits = ([name, value]) =>
      name === "text" ? article.textContent.toLowerCase().includes(value) : article.dataset[name].toLowerCase() === value;
    article.hidden = !wanted.every(fits);
    count += article.hidden ? 0 : 1;
  }
  if (shown) shown.textContent = `${count} shown`;
};
for (const one of filters) one.addEventListener("input", filter);
