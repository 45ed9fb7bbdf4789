// The list of tasks.

const order = { column: "task", descending: false };
let listed = [];

/** Return a link to a task that keeps the filter. */
function taskLink(task) {
  const wanted = filterState();
  wanted.set("task", task.id);
  return `#${wanted}`;
}

function differenceBar(difference) {
  const bar = s("svg", { class: "difference-bar", viewBox: "-50 0 100 10", "aria-hidden": "true" });
  bar.append(s("line", { x1: 0, x2: 0, y1: 0, y2: 10, class: "stroke-grid" }));
  if (difference) {
    const width = Math.abs(difference) * 50;
    const x = difference > 0 ? 0 : -width;
    bar.append(s("rect", { x, y: 2, width, height: 6, class: difference > 0 ? "fill-ft" : "fill-base" }));
  }
  return bar;
}

function signedPoints(difference) {
  if (difference === null) return "n/a";
  const text = Math.abs(100 * difference).toFixed(0);
  return text === "0" ? "0" : `${difference > 0 ? "+" : "\u2212"}${text}`;
}

function tallyCell({ correct, judged }) {
  return h("td", { class: "number" }, `${correct}/${judged}`);
}

function taskRow(entry, showMatching) {
  const { task, tallies } = entry;
  const cells = [
    h("th", { scope: "row", class: "code-name" },
      h("a", { href: taskLink(task) }, ...visible(task.entry || task.id))),
    h("td", { class: "id" }, ...visible(task.id)),
    h("td", { class: "category" }, ...visible(task.category)),
    ...index.roles.map((role) => tallyCell(tallies[role])),
  ];
  if (index.roles.length === 2) {
    cells.push(
      h("td", { class: "number" }, signedPoints(entry.difference)),
      h("td", { class: "bar-cell" }, differenceBar(entry.difference)),
    );
  }
  cells.push(h("td", { class: "number matching" }, showMatching ? thousands(entry.total) : ""));
  return h("tr", {}, ...cells);
}

/** After the reader changed the filter: show the list again, and put its address in the address bar. */
function filtered() {
  history.replaceState(null, "", `#${filterState() || "browse"}`);
  showList();
}

function showList() {
  const f = readFilter();
  const sampled = asksForSamples(f);
  listed = sortTasks(selectTasks(f), order);
  byId("task-rows").replaceChildren(...listed.map((entry) => taskRow(entry, sampled)));
  const samples = listed.reduce((sum, entry) => sum + entry.total, 0);
  byId("filter-result").textContent = sampled
    ? `${plural(samples, "sample")} in ${plural(listed.length, "task")} match.`
    : `${plural(listed.length, "task")}, ${plural(samples, "sample")}.`;
  byId("task-table").classList.toggle("with-matching", sampled);
  for (const button of document.querySelectorAll("#task-table [data-sort]")) {
    const own = button.dataset.sort === order.column;
    const direction = order.descending ? "descending" : "ascending";
    button.closest("th").setAttribute("aria-sort", own ? direction : "none");
  }
}

function sortBy(column) {
  const fresh = order.column !== column;
  order.descending = fresh ? ["base", "finetuned", "difference", "matching"].includes(column) : !order.descending;
  order.column = column;
  filtered();
}
