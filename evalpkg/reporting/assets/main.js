// Connect the parts. The page shows everything essential without this script.

let index;
const { modeLabels, roleLabels, verdictLabels, verdictMarks } = JSON.parse(byId("labels").textContent);

/**
 * `#task=ID&base=3&finetuned=7` opens a task and chooses samples; `#verdict=no_code&sort=-difference`
 * filters the list; both may stand together. Anything else shows the whole list.
 */
async function route({ focus }) {
  const wanted = new URLSearchParams(location.hash.slice(1));
  applyFilter(wanted);
  showList();
  const number = index.number.get(wanted.get("task"));
  const open = number !== undefined;
  if (open) await showTask(number, wanted);
  byId("task").hidden = !open;
  byId("task-list").hidden = open;
  if (open) {
    byId("browse").scrollIntoView();
    if (focus) byId("task-title").focus({ preventScroll: true });
  } else if (wanted.has("task")) {
    byId("filter-result").textContent = `There is no task ${wanted.get("task")} in this run.`;
  } else if (String(filterState())) {
    byId("browse").scrollIntoView();
  }
}

function options(name, values, text = (value) => value) {
  const select = byId(`filter-${name}`);
  if (!select) return;
  select.append(...values.map((value) => h("option", { value }, ...visible(text(value)))));
  if (!values.length) select.closest("label").hidden = true;
}

function offerFilters() {
  const seen = new Set(index.verdicts);
  options("verdict", Object.keys(verdictLabels).filter((kind) => seen.has(kind)), (kind) => verdictLabels[kind]);
  if (index.violations.length) byId("filter-verdict").append(h("option", { value: "vetoed" }, "passed, against the policy"));
  const codes = index.codes.filter(Boolean).sort();
  options("code", codes, (code) => (index.titles[code] ? `${code} ${index.titles[code]}` : code));
  if (seen.has("compile_error")) byId("filter-code").append(h("option", { value: "none" }, "without a code"));
  options("rule", [...index.violations].sort());
  if (index.roles.length === 2) {
    options("role", index.roles, (role) => roleLabels[role]);
  } else {
    for (const name of ["role", "outcome"]) byId(`filter-${name}`).closest("label").hidden = true;
  }
}

async function start() {
  const form = byId("filters");
  if (!("DecompressionStream" in window)) {
    byId("filter-result").textContent = "This browser cannot unpack the samples; a version from 2023 or later can.";
    return;
  }
  index = await loadIndex();
  offerFilters();
  form.hidden = false;
  form.addEventListener("input", filtered);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filtered));
  byId("task-table").addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (button) sortBy(button.dataset.sort);
  });
  byId("task-table").classList.add("live");
  window.addEventListener("hashchange", () => route({ focus: true }));
  await route({ focus: false });
  document.documentElement.dataset.ready = "true";
}

start();
