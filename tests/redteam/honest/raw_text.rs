//! task: red/add
//! shape: raw strings, byte strings, C strings, braces and comment marks inside them
fn add(a: i32, b: i32) -> i32 {
    let texts = [r#"}} "quoted" /* not a comment */ fn add("#, r"\", "// no comment {{", "multi
line }", "continued \
     line"];
    let bytes: [&[u8]; 3] = [b"}\"", br##"#[cfg(any())] "# "##, c"mod tests {".to_bytes()];
    let letters = ['{', '}', '"', '\'', '\\', '\u{7B}'];
    let _lifetimes: fn(&'static str, &str) -> usize = |x, y| x.len() + y.len();
    assert!(texts.len() + bytes.len() + letters.len() == 14);
    a + b
}
