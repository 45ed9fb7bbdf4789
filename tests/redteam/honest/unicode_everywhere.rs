//! task: red/longest_word
//! shape: identifiers, text and comments beyond ASCII
fn größe(wörter: &[String]) -> Option<(usize, &String)> {
    // Ein Kommentar mit „Anführungszeichen“, 日本語 und 🦀.
    let mut λ = None;
    for слово in wörter {
        match λ {
            Some((länge, _)) if слово.len() <= länge => {}
            _ => λ = Some((слово.len(), слово)),
        }
    }
    λ
}

fn longest_word(words: &[String]) -> Option<String> {
    let _crab = "🦀 \u{1F980} e\u{301} é";
    größe(words).map(|(_, слово)| слово.to_owned())
}
