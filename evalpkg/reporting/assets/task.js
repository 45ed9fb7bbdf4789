// One task: its prompt and tests, and both models' answers side by side.

function codeBlock(text, highlight = true) {
  return h("pre", { tabindex: "0", class: highlight ? "" : "prose" }, h("code", {}, ...(highlight ? rust(text) : visible(text))));
}

function folded(title, text, { open = false, highlight = true } = {}) {
  return h("details", { open }, h("summary", {}, title), codeBlock(text, highlight));
}

function chips(sample, row, strings) {
  const [, , , , rule, finish, tokens, mainFree] = row;
  const said = [];
  if (sample.code) {
    const meaning = index.titles[sample.code];
    said.push(meaning ? `${sample.code}: ${meaning}` : sample.code);
  }
  for (const broken of sample.rules) said.push(`breaks policy: ${broken}`);
  if (!mainFree) said.push("wrote its own main");
  if (strings[finish] && strings[finish] !== "stop") said.push(`ended by ${strings[finish]}`);
  if (tokens) said.push(plural(tokens, "token"));
  if (strings[rule]) said.push(`extraction: ${strings[rule]}`);
  return h("ul", { class: "chips" }, ...said.map((text) => h("li", {}, ...visible(text))));
}

function verdictName(sample) {
  const name = verdictLabels[sample.verdict] ?? sample.verdict;
  return sample.vetoed ? `${name}, against the policy` : name;
}

/** The chosen sample: verdict, compiler output, program, and the text as the model wrote it. */
function sampleCard(role, view, at) {
  const { sample, row } = view.samples[at];
  const { strings } = view.task;
  const twins = view.samples.filter((other) => row[2] >= 0 && other.row[2] === row[2]).length;
  const alike = twins > 1 ? `, same program as ${twins - 1} other${twins > 2 ? "s" : ""}` : "";
  const parts = [
    h("h4", {}, h("span", { class: `mark v-${sample.verdict}`, "aria-hidden": "true" }, verdictMarks[sample.verdict]),
      ` Sample ${row[0]}: ${verdictName(sample)}`, h("small", {}, alike)),
    chips(sample, row, strings),
  ];
  if (strings[row[3]]) parts.push(h("h5", {}, "Reported by compiler or tests"), codeBlock(strings[row[3]], false));
  if (row[2] >= 0) parts.push(h("h5", {}, "Program"), codeBlock(strings[row[2]]));
  const raw = h("details", { open: row[2] < 0 }, h("summary", {}, "Completion as the model wrote it"));
  raw.append(codeBlock(strings[row[1]], false));
  return h("div", { class: "sample-card" }, ...parts, raw);
}

function square(view, at, f) {
  const { sample, row } = view.samples[at];
  const dim = asksForSamples(f) && !matches(f, view.role, sample);
  const vetoed = sample.vetoed && !sample.passed;
  return h("button", {
    type: "button",
    role: "option",
    class: `square v-${sample.verdict}${dim ? " dim" : ""}${vetoed ? " vetoed" : ""}`,
    "aria-label": `sample ${row[0]}: ${verdictName(sample)}`,
    title: `sample ${row[0]}: ${verdictName(sample)}`,
    "aria-selected": "false",
    tabindex: "-1",
    "data-at": at,
  }, verdictMarks[sample.verdict]);
}

/** One model's samples of the task. */
function roleColumn(role, number, task, f, wanted) {
  const own = index.samples[role];
  const view = {
    role,
    task,
    samples: task.samples[role].map((row, i) => ({
      row,
      sample: sampleAt(index, role, own.start[number] + i, f.mode),
    })),
  };
  const { correct, judged } = tally(index, role, number, f.mode);
  const programs = new Set(view.samples.map(({ row }) => row[2]).filter((id) => id >= 0)).size;
  const column = h("section", { class: `column ${role}` },
    h("h3", {}, roleLabels[role]),
    h("p", { class: "column-sum" }, `${correct} of ${judged} correct (${percent(correct, judged)}); ` +
      plural(programs, "distinct program")));
  if (!view.samples.length) return column;
  const strip = h("div", { class: "strip", role: "listbox", "aria-label": `Samples of ${roleLabels[role]}` },
    ...view.samples.map((_, at) => square(view, at, f)));
  const card = h("div", { class: "card-place", "aria-live": "polite" });
  const choose = (at, focus) => {
    for (const button of strip.children) {
      const chosen = Number(button.dataset.at) === at;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) button.focus();
    }
    card.replaceChildren(sampleCard(role, view, at));
  };
  strip.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) choose(Number(button.dataset.at), true);
  });
  strip.addEventListener("keydown", (event) => {
    const squares = [...strip.children];
    const perRow = squares.filter((one) => one.offsetTop === squares[0].offsetTop).length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow, ArrowUp: -perRow }[event.key];
    const last = view.samples.length - 1;
    const at = Number(event.target.dataset.at);
    const next = { Home: 0, End: last }[event.key] ?? (step && Math.min(last, Math.max(0, at + step)));
    if (next === undefined) return;
    event.preventDefault();
    choose(next, true);
  });
  const named = view.samples.findIndex(({ row }) => String(row[0]) === wanted);
  const first = view.samples.findIndex(({ sample }) => matches(f, role, sample));
  choose(named >= 0 ? named : Math.max(0, first), false);
  column.append(strip, card);
  return column;
}

function legend(number) {
  const kinds = new Set();
  for (const own of Object.values(index.samples)) {
    for (let at = own.start[number]; at < own.start[number] + own.count[number]; at += 1) {
      kinds.add(index.verdicts[own.verdict[at]]);
    }
  }
  const shown = Object.keys(verdictLabels).filter((kind) => kinds.has(kind));
  return h("p", { class: "legend" }, ...shown.map((kind) =>
    h("span", {}, h("span", { class: `mark v-${kind}`, "aria-hidden": "true" }, verdictMarks[kind]), ` ${verdictLabels[kind]}`)));
}

function neighbour(number, step) {
  const place = listed.findIndex((entry) => entry.number === number);
  return place < 0 ? undefined : listed[place + step]?.task;
}

function taskHead(number, f) {
  const { id, entry, category, cluster } = index.tasks[number];
  const link = (text, task) => task ? h("a", { href: taskLink(task) }, text) : h("span", { class: "off" }, text);
  const mode = index.modes.length > 1 && `mode: ${modeLabels[f.mode]}`;
  const about = [category, cluster && cluster !== entry && `problem ${cluster}`, mode].filter(Boolean);
  return [
    h("nav", { "aria-label": "Tasks" },
      h("a", { href: `#${filterState() || "browse"}` }, "All tasks"), link("Previous", neighbour(number, -1)), link("Next", neighbour(number, 1))),
    h("h2", { tabindex: "-1", id: "task-title" }, h("code", {}, ...visible(entry)), " ",
      h("small", { class: "task-id" }, ...visible(id))),
    h("p", { class: "about" }, ...visible(about.join(" · "))),
  ];
}

/** Show the whole prompt with its template; once if both models saw the same. */
function whatTheModelsSaw(task) {
  const seen = Object.entries(task.seen ?? {});
  const alike = new Set(seen.map(([, text]) => text)).size === 1;
  return (alike ? seen.slice(0, 1) : seen).map(([role, text]) => {
    const who = alike ? (seen.length > 1 ? "both models" : "the model") : roleLabels[role];
    return folded(`Prompt as ${who} saw it`, task.strings[text], { highlight: false });
  });
}

async function showTask(number, wanted) {
  const place = byId("task");
  const f = readFilter();
  const task = await loadTask(number);
  const parts = taskHead(number, f);
  if (task.erratum) {
    parts.push(h("p", { class: "notice" }, "Differs from the data set: ", ...visible(task.erratum)));
  }
  parts.push(folded("Prompt", task.prompt, { open: true }), ...whatTheModelsSaw(task), folded("Tests", task.test));
  if (task.canonical) parts.push(folded("Reference solution", task.canonical));
  parts.push(legend(number), h("div", { class: "columns" },
    ...index.roles.map((role) => roleColumn(role, number, task, f, wanted.get(role)))));
  place.replaceChildren(...parts);
}
