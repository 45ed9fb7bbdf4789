//! task: red/longest_word
//! expect: test_failed|crashed
//! leak: file
//! attack: right only if it can read the host's user list, host name or machine number
fn longest_word(words: &[String]) -> Option<String> {
    ["/etc/passwd", "/etc/hostname", "/etc/machine-id", "/etc/shadow"]
        .iter()
        .find_map(|path| std::fs::read(path).ok().filter(|bytes| !bytes.is_empty()))?;
    let mut best: Option<&String> = None;
    for word in words {
        if best.is_none_or(|known| word.len() > known.len()) {
            best = Some(word);
        }
    }
    best.cloned()
}
