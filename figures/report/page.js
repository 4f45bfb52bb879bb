// The page reads well without any of this: it adds sorting, filtering and hovering.
"use strict";

const RANK = ["refuted", "failed", "open", "supported", "holds", "unknown"];

/* What a cell is sorted by: a verdict's rank, a number, else its words. */
function keyOf(row, column) {
  const text = row.cells[column].dataset.sort;
  const rank = RANK.indexOf(text);
  if (rank >= 0) return rank;
  const number = Number.parseFloat(text.replace("inf", "Infinity"));
  return Number.isNaN(number) ? text.toLowerCase() : number;
}

function compare(a, b) {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === "number" ? -1 : 1; // numbers first
}

function sortBy(table, column, heading) {
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows].map((row) => [keyOf(row, column), row]);
  rows.sort((a, b) => (down ? -1 : 1) * compare(a[0], b[0]));
  table.tBodies[0].append(...rows.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(table, column, heading));
    heading.append(button);
  });
  table.querySelector("th").setAttribute("aria-sort", "ascending");
}

const controls = document.getElementById("controls");
const tables = ["statements", "claims"].map((id) => document.getElementById(id));
const words = new Map();
for (const table of tables) {
  for (const row of table.tBodies[0].rows) {
    const spoken = [...row.cells].map((cell) => cell.dataset.sort).join(" ");
    const text = `${row.cells[0].textContent.replaceAll("\u200b", "")} ${spoken}`;
    words.set(row, `${text} ${row.textContent}`.toLowerCase());
  }
}

function filter() {
  const [text, verdict, kind] = ["text", "verdict", "kind"].map(
    (id) => document.getElementById(id).value,
  );
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const counts = tables.map((table) => {
    let seen = 0;
    for (const row of table.tBodies[0].rows) {
      row.hidden =
        (verdict !== "" && row.dataset.verdict !== verdict) ||
        (kind !== "" && row.dataset.kind !== kind) ||
        !wanted.every((word) => words.get(row).includes(word));
      seen += row.hidden ? 0 : 1;
    }
    return `${seen} of ${table.tBodies[0].rows.length} ${table.id}`;
  });
  document.getElementById("found").textContent = `Shown: ${counts.join(", ")}.`;
}

controls.hidden = false;
controls.addEventListener("input", filter);
controls.addEventListener("reset", () => setTimeout(filter));
controls.addEventListener("submit", (event) => event.preventDefault());
filter();

/* What is too long for its place is scrolled by the keyboard, too. */
for (const says of document.querySelectorAll("div.says")) {
  if (says.scrollWidth > says.clientWidth) says.tabIndex = 0;
}

/* A link to a row that is filtered out, or folded away, shows it. */
function reveal() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (!target) return;
  if (target.hidden) {
    controls.reset();
    filter();
  }
  const folded = target.matches("tr") && target.querySelector("details");
  if (folded) folded.open = true;
  target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

/* Maps: the pointer, or the arrow keys, choose a cell; the line below tells it. */
function inform(panel) {
  const { method, etas, rhos, kinds, details } = panel.dataset;
  const rates = etas.split("|");
  const radii = rhos.split("|");
  return {
    method,
    rates,
    radii,
    kinds: kinds.split("|"),
    details: details.split("|"),
  };
}

function enliven(chart, panel) {
  const data = inform(panel);
  const svg = panel.querySelector("svg");
  const frame = svg.querySelector(".frame");
  const cursor = svg.querySelector(".cursor");
  const readout = chart.querySelector(".readout");
  const named = new Map(
    [...chart.querySelectorAll(".legend li")].map((li) => [li.dataset.kind, li.textContent]),
  );
  const [columns, rows] = [data.radii.length, data.rates.length];
  const [wide, high] = ["width", "height"].map((side) => frame[side].baseVal.value);
  const label = svg.getAttribute("aria-label");
  let at = [0, 0];

  function show(column, row) {
    at = [column, row];
    for (const other of chart.querySelectorAll(".panel.on")) other.classList.remove("on");
    panel.classList.add("on");
    cursor.setAttribute("x", (column * wide) / columns);
    cursor.setAttribute("y", high - ((row + 1) * high) / rows);
    const cell = row * columns + column;
    const kind = named.get(data.kinds[cell]) ?? "not run";
    const detail = data.details[cell] ? ` (${data.details[cell]})` : "";
    const radius = data.radii[column] === "none" ? "no radius" : `ρ = ${data.radii[column]}`;
    readout.textContent = `${data.method}, η = ${data.rates[row]}, ${radius}: ${kind}${detail}`;
  }

  const within = (value, count) => Math.min(Math.max(value, 0), count - 1);
  svg.addEventListener("pointermove", (event) => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      svg.getScreenCTM().inverse(),
    );
    if (place.x < 0 || place.x > wide || place.y < 0 || place.y > high) return;
    show(
      within(Math.floor((place.x / wide) * columns), columns),
      within(Math.floor((1 - place.y / high) * rows), rows),
    );
  });
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  svg.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    show(within(at[0] + move[0], columns), within(at[1] + move[1], rows));
  });
  svg.addEventListener("focus", () => show(...at));
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("role", "application");
  svg.setAttribute("aria-roledescription", "map, arrow keys move between cells");
  svg.setAttribute("aria-label", label);
  readout.hidden = false;
  readout.textContent = "Point at a cell, or focus a map and press the arrow keys.";
}

for (const chart of document.querySelectorAll(".chart")) {
  for (const panel of chart.querySelectorAll(".panel")) enliven(chart, panel);
}
