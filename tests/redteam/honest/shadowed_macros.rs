//! task: red/longest_word
//! shape: macros of its own under common names, used honestly
macro_rules! max {
    ($first:expr) => { $first };
    ($first:expr, $($rest:expr),+) => {{
        let (left, right) = ($first, max!($($rest),+));
        if right.len() > left.len() { right } else { left }
    }};
}

macro_rules! hashmap {
    ($($key:expr => $value:expr),* $(,)?) => {{
        let mut map = std::collections::HashMap::new();
        $(map.insert($key, $value);)*
        map
    }};
}

fn longest_word(words: &[String]) -> Option<String> {
    let _lengths = hashmap! { "a" => 1, "b" => 2 };
    let mut words = words.iter();
    let mut best = words.next()?;
    for word in words {
        best = max!(best, word);
    }
    Some(best.clone())
}
