"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (selector) => document.querySelector(selector);
  const store = `astro-dl inspect ${data.key}`;
  const columns = [{ name: "grade", unit: "", numeric: false }, ...data.columns];
  const filters = columns.map(() => "");
  let sorted = { column: null, down: false };
  let view = [];
  let current = 0;
  let grades = kept();

  function kept() {
    try { return JSON.parse(localStorage.getItem(store)) || {}; } catch { return {}; }
  }

  function keep() {
    // Some browsers keep nothing for files: the page works without.
    try { localStorage.setItem(store, JSON.stringify(grades)); } catch { /* not kept */ }
  }

  function make(tag, properties = {}, children = []) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function cell(row, column) {
    return column === 0 ? grades[row] ?? "" : data.rows[row].cells[column - 1];
  }

  function shown(value, column) {
    if (value === null) return "";
    if (!columns[column].numeric || Number.isInteger(value)) return String(value);
    // Six digits, but never fewer than four decimals: times need them.
    const few = Math.abs(value) < 100;
    return String(Number(few ? value.toPrecision(6) : value.toFixed(4)));
  }

  const BOUND = /^(<=|>=|<|>|=)\s*(-?[\d.]+(?:e[-+]?\d+)?)$/i;
  const SPAN = /^(-?[\d.]+(?:e[-+]?\d+)?)\.\.(-?[\d.]+(?:e[-+]?\d+)?)$/i;
  const HOLDS = {
    "<": (a, b) => a < b, ">": (a, b) => a > b, "=": (a, b) => a === b,
    "<=": (a, b) => a <= b, ">=": (a, b) => a >= b,
  };

  function passes(value, asked, column) {
    if (!asked) return true;
    if (columns[column].numeric) {
      const bound = asked.match(BOUND), span = asked.match(SPAN);
      if (bound) return value !== null && HOLDS[bound[1]](value, Number(bound[2]));
      if (span) return value !== null && value >= Number(span[1]) && value <= Number(span[2]);
    }
    const text = shown(value, column).toLowerCase();
    if (asked.startsWith("!")) return !text.includes(asked.slice(1).toLowerCase());
    return text.includes(asked.toLowerCase());
  }

  function compare(a, b) {
    const { column, down } = sorted;
    const [left, right] = [cell(a, column), cell(b, column)];
    const [noLeft, noRight] = [left === null || left === "", right === null || right === ""];
    if (noLeft || noRight) return noLeft - noRight || a - b;
    const order = columns[column].numeric
      ? left - right : String(left).localeCompare(String(right), "en", { numeric: true });
    return (down ? -order : order) || a - b;
  }

  function arrange(keepRow) {
    const ungraded = find("#ungraded").checked;
    view = data.rows.map((_, row) => row).filter((row) =>
      !(ungraded && grades[row] !== undefined)
      && filters.every((asked, column) => passes(cell(row, column), asked, column)));
    if (sorted.column !== null) view.sort(compare);
    const place = view.indexOf(keepRow);
    current = place >= 0 ? place : Math.max(0, Math.min(current, view.length - 1));
    drawList();
    drawShown();
  }

  function drawHead() {
    const cells = columns.map((one, column) => {
      const button = make("button", { type: "button", textContent: one.name });
      button.addEventListener("click", () => {
        sorted = { column, down: sorted.column === column ? !sorted.down : one.numeric };
        document.querySelectorAll("thead th").forEach((th) => th.removeAttribute("aria-sort"));
        button.parentElement.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
        current = 0;
        arrange();
      });
      const input = make("input", { type: "search", placeholder: "filter" });
      input.setAttribute("aria-label", `filter ${one.name}`);
      input.addEventListener("input", () => {
        filters[column] = input.value.trim();
        arrange(view[current]);
      });
      const unit = one.unit ? [make("span", { textContent: ` [${one.unit}]` })] : [];
      return make("th", { scope: "col" }, [button, ...unit, input]);
    });
    find("thead").append(make("tr", {}, [make("th", { scope: "col" }), ...cells]));
  }

  function drawList() {
    find("tbody").replaceChildren(...view.map((row, place) => {
      const { picture } = data.rows[row];
      const thumb = picture ? [make("img", { src: picture, alt: "", loading: "lazy" })] : [];
      const line = make("tr", {}, [make("td", {}, thumb)]);
      columns.forEach((one, column) => {
        const text = shown(cell(row, column), column);
        line.append(make("td", {
          textContent: text, title: text, className: one.numeric ? "number" : "",
        }));
      });
      line.dataset.row = row;
      line.addEventListener("click", () => select(place));
      return line;
    }));
  }

  function drawShown() {
    const lines = find("tbody").children;
    for (const line of lines) line.setAttribute("aria-selected", "false");
    const row = view[current];
    const graded = Object.keys(grades).length;
    find("#count").textContent =
      `${graded} of ${data.rows.length} graded, ${view.length} shown`;
    for (const button of find("#grades").children) {
      const pressed = row !== undefined && grades[row] === button.dataset.grade;
      button.setAttribute("aria-pressed", String(pressed));
    }
    if (row === undefined) return find("#shown").replaceChildren("Nothing passes the filters.");
    lines[current].setAttribute("aria-selected", "true");
    lines[current].scrollIntoView({ block: "nearest" });
    const { picture, file } = data.rows[row];
    const facts = columns.flatMap((one, column) => [
      make("dt", { textContent: one.unit ? `${one.name} [${one.unit}]` : one.name }),
      make("dd", { textContent: shown(cell(row, column), column) }),
    ]);
    find("#shown").replaceChildren(
      picture ? make("img", { src: picture, alt: `picture of ${file}` })
        : make("p", { textContent: "There is no picture of this candidate." }),
      make("dl", {}, facts));
  }

  function select(place) {
    current = Math.max(0, Math.min(place, view.length - 1));
    drawShown();
  }

  function grade(name) {
    const row = view[current];
    if (row === undefined) return;
    if (name === null) delete grades[row]; else grades[row] = name;
    keep();
    const leaves = name !== null && find("#ungraded").checked;
    const next = name === null || leaves ? row : view[Math.min(current + 1, view.length - 1)];
    arrange(next);
  }

  function quoted(value) {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  function table() {
    const names = data.columns.map((one) => one.name);
    const lines = [["file", "grade", "row", ...names]];
    data.rows.forEach(({ file, cells }, row) => {
      if (grades[row] !== undefined) lines.push([file, grades[row], row + 1, ...cells]);
    });
    return lines.map((line) => line.map(quoted).join(",") + "\n").join("");
  }

  function save() {
    const url = URL.createObjectURL(new Blob([table()], { type: "text/csv" }));
    make("a", { href: url, download: "grades.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  function toggle(box) {
    box.checked = !box.checked;
    arrange(view[current]);
  }

  const KEYS = {
    ArrowDown: () => select(current + 1), j: () => select(current + 1),
    ArrowUp: () => select(current - 1), k: () => select(current - 1),
    u: () => toggle(find("#ungraded")), e: save, 0: () => grade(null),
  };
  data.grades.forEach((name, place) => { KEYS[place + 1] = () => grade(name); });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  data.grades.forEach((name, place) => {
    const button = make("button", { type: "button", textContent: `${place + 1} ${name}` });
    button.dataset.grade = name;
    button.addEventListener("click", () => grade(name));
    find("#grades").append(button);
  });
  find("#ungraded").addEventListener("change", () => arrange(view[current]));
  find("#export").addEventListener("click", save);
  find("#help-button").addEventListener("click", (event) => {
    find("#help").hidden = !find("#help").hidden;
    event.target.setAttribute("aria-expanded", String(!find("#help").hidden));
  });
  drawHead();
  arrange();
})();
