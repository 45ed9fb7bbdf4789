// Highlighting: enough of Rust's lexical structure to read it. Every alternative consumes the text
// that it looked at, so the time is linear in the text.

const RUST = new RegExp(
  [
    /(?<comment>\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))/,
    /(?<string>\b(?:br|cr|r)(?<hashes>#*)"[^]*?(?:"\k<hashes>|$)|\b[bc]?"(?:\\[^]|[^"\\])*(?:"|$)|"(?:\\[^]|[^"\\])*(?:"|$)|b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[^}\n]{0,8}\}|[^\n])|[^'\\\n])')/,
    /(?<lifetime>'[A-Za-z_]\w*)/,
    /(?<number>\b\d\w*(?:\.\d\w*)?)/,
    /(?<attribute>#!?\[)/,
    /(?<macro>\b[A-Za-z_]\w*!(?!=))/,
    /(?<word>\b[A-Za-z_]\w*)/,
  ]
    .map((part) => part.source)
    .join("|"),
  "g",
);

const KEYWORDS = new Set(
  ("as async await break const continue crate dyn else enum extern false fn for if impl in let " +
    "loop match mod move mut pub ref return self Self static struct super trait true type unsafe " +
    "use where while").split(" "),
);

function kindOf(groups) {
  if (groups.word === undefined) {
    return Object.keys(groups).find((name) => name !== "hashes" && groups[name] !== undefined);
  }
  if (KEYWORDS.has(groups.word)) return "keyword";
  return /^[A-Z]|^(?:[iu](?:8|16|32|64|128|size)|f32|f64|bool|char|str)$/.test(groups.word)
    ? "type"
    : "";
}

/** Turn Rust source into nodes. */
function rust(source) {
  const nodes = [];
  let end = 0;
  for (const match of source.matchAll(RUST)) {
    const kind = kindOf(match.groups);
    if (!kind) continue;
    if (match.index > end) nodes.push(...visible(source.slice(end, match.index)));
    nodes.push(h("span", { class: `rust-${kind}` }, ...visible(match[0])));
    end = match.index + match[0].length;
  }
  nodes.push(...visible(source.slice(end)));
  return nodes;
}
