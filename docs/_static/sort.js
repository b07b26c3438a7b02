// Tables of the class "sortable" are sorted by the column whose heading is clicked.
function cellValue(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value ?? cell.textContent.trim();
}

function compareCells(one, other) {
  if (one === "" || other === "") return (one === "") - (other === "");
  const numbers = [Number(one), Number(other)];
  return numbers.some(Number.isNaN) ? one.localeCompare(other) : numbers[0] - numbers[1];
}

function sortBy(heading) {
  const table = heading.closest("table");
  const up = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => {
    const [one, other] = [cellValue(a, heading.cellIndex), cellValue(b, heading.cellIndex)];
    const order = compareCells(one, other);
    // What is empty stays last.
    return one === "" || other === "" ? order : up ? order : -order;
  });
  body.append(...rows);
}

document.addEventListener("DOMContentLoaded", () => {
  for (const heading of document.querySelectorAll("table.sortable th")) {
    heading.tabIndex = 0;
    heading.addEventListener("click", () => sortBy(heading));
    heading.addEventListener("keydown", (event) => { if (event.key === "Enter") sortBy(heading); });
  }
});
