// Filters: find the samples that match, and list the tasks that match, in order.

const ANY = "";

function readFilter() {
  const value = (name) => byId(`filter-${name}`)?.value ?? ANY;
  const mode = document.querySelector('input[name="mode"]:checked');
  return {
    mode: mode ? mode.value : index.modes[0],
    role: value("role"),
    verdict: value("verdict"),
    code: value("code"),
    rule: value("rule"),
    outcome: value("outcome"),
    text: value("text").trim().toLowerCase(),
  };
}

const FILTERS = ["role", "verdict", "code", "rule", "outcome", "text"];

/** Write the filter and the order for the address; leave out defaults. */
function filterState() {
  const wanted = new URLSearchParams();
  const f = readFilter();
  if (f.mode !== index.modes[0]) wanted.set("mode", f.mode);
  for (const name of FILTERS) if (f[name]) wanted.set(name, f[name]);
  if (order.column !== "task" || order.descending) {
    wanted.set("sort", `${order.descending ? "-" : ""}${order.column}`);
  }
  return wanted;
}

/** Set the form from the address. Fields that it does not name get their defaults. */
function applyFilter(wanted) {
  for (const name of FILTERS) {
    const field = byId(`filter-${name}`);
    if (field) field.value = wanted.get(name) ?? ANY;
    if (field && field.selectedIndex === -1) field.value = ANY;
  }
  const mode = wanted.get("mode") ?? index.modes[0];
  for (const input of document.querySelectorAll('input[name="mode"]')) input.checked = input.value === mode;
  const sort = wanted.get("sort") ?? "task";
  const column = sort.replace(/^-/, "");
  if (!(column in SORT_KEY)) return;
  order.column = column;
  order.descending = sort.startsWith("-");
}

const asksForSamples = (f) => Boolean(f.role || f.verdict || f.code || f.rule);

function matches(f, role, sample) {
  if (f.role && f.role !== role) return false;
  if (f.verdict === "vetoed" ? !sample.vetoed : f.verdict && f.verdict !== sample.verdict) return false;
  if (f.code && f.code !== (sample.code || "none")) return false;
  if (f.code === "none" && sample.verdict !== "compile_error") return false;
  return !f.rule || sample.rules.includes(f.rule);
}

function countMatches(f, role, task) {
  const own = index.samples[role];
  let found = 0;
  for (let at = own.start[task]; at < own.start[task] + own.count[task]; at += 1) {
    if (matches(f, role, sampleAt(index, role, at, f.mode))) found += 1;
  }
  return found;
}

function outcomeFits(outcome, base, tuned) {
  if (!outcome) return true;
  const b = base?.share ?? 0;
  const t = tuned?.share ?? 0;
  return {
    better: t > b,
    worse: t < b,
    same: t === b,
    "only-finetuned": t > 0 && b === 0,
    "only-base": b > 0 && t === 0,
    neither: b === 0 && t === 0,
  }[outcome];
}

/** Find the tasks that match, each with the numbers that the list shows. */
function selectTasks(f) {
  const sampled = asksForSamples(f);
  const found = [];
  index.tasks.forEach((task, number) => {
    if (f.text && !`${task.id} ${task.entry} ${task.category}`.toLowerCase().includes(f.text)) return;
    const entry = { task, number, tallies: {}, matching: {}, total: 0 };
    for (const role of index.roles) {
      entry.tallies[role] = tally(index, role, number, f.mode);
      entry.matching[role] = countMatches(f, role, number);
      entry.total += entry.matching[role];
    }
    const { base, finetuned } = entry.tallies;
    if ((sampled && !entry.total) || !outcomeFits(f.outcome, base, finetuned)) return;
    entry.difference =
      base && finetuned && base.judged && finetuned.judged ? finetuned.share - base.share : null;
    found.push(entry);
  });
  return found;
}

const SORT_KEY = {
  task: (e) => e.number,
  entry: (e) => e.task.entry,
  category: (e) => e.task.category,
  base: (e) => e.tallies.base.share ?? -1,
  finetuned: (e) => e.tallies.finetuned.share ?? -1,
  difference: (e) => e.difference ?? -2,
  matching: (e) => e.total,
};

function sortTasks(entries, { column, descending }) {
  const key = SORT_KEY[column];
  const sign = descending ? -1 : 1;
  return entries.sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x < y ? -sign : x > y ? sign : a.number - b.number;
  });
}
