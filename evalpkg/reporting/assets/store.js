// The samples. They are unpacked from the page when needed, and never fetched.

const opened = new Map(); // tasks unpacked recently, oldest first
const KEEP_OPEN = 12;

async function unpack(id) {
  const packed = atob(byId(id).textContent.trim());
  const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** Columns of all samples, with the position of each task's first sample added. */
async function loadIndex() {
  const index = await unpack("index");
  for (const own of Object.values(index.samples)) {
    let next = 0;
    own.start = own.count.map((n) => (next += n) - n);
  }
  index.roles = Object.keys(index.samples);
  index.number = new Map(index.tasks.map((task, i) => [task.id, i]));
  return index;
}

async function loadTask(number) {
  if (!opened.has(number)) {
    if (opened.size >= KEEP_OPEN) opened.delete(opened.keys().next().value);
    opened.set(number, unpack(`task-${number}`));
  }
  return opened.get(number);
}

/** Return everything that the index holds about sample `at` of a model. */
function sampleAt(index, role, at, mode) {
  const own = index.samples[role];
  const verdict = index.verdicts[own.verdict[at]];
  const passed = own.passed[mode][at] === "1";
  return {
    verdict,
    passed,
    vetoed: verdict === "passed" && index.rules[own.rules[at]].length > 0,
    code: index.codes[own.code[at]],
    rules: index.rules[own.rules[at]].map((i) => index.violations[i]),
  };
}

/** Count a task's samples that have a verdict, and those of them that are correct in `mode`. */
function tally(index, role, task, mode) {
  const own = index.samples[role];
  let judged = 0;
  let correct = 0;
  for (let at = own.start[task]; at < own.start[task] + own.count[task]; at += 1) {
    if (["infra_error", "task_fault"].includes(index.verdicts[own.verdict[at]])) continue;
    judged += 1;
    if (own.passed[mode][at] === "1") correct += 1;
  }
  return { judged, correct, share: judged ? correct / judged : null };
}
