//! task: red/longest_word
//! form: body
//! shape: early returns and a final expression without semicolon
    if words.is_empty() {
        return None;
    }
    let mut best = &words[0];
    for word in &words[1..] {
        if word.len() > best.len() {
            best = word;
        }
    }
    return Some(best.clone());
}
