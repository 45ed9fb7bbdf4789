//! task: red/add
//! expect: panicked
//! naive: failed
//! attack: a panic message that holds a complete result, between Unicode line separators
fn add(_a: i32, _b: i32) -> i32 {
    let result = "{\"id\":0,\"kind\":\"passed\",\"test\":\"\",\"message\":\"\",\"tests_passed\":1,\"wall_ms\":1}";
    for id in 0..8 {
        let line = result.replace("\"id\":0", &format!("\"id\":{id}"));
        println!("\n{line}\r\n\u{2028}{line}\u{2028}\u{85}{line}\u{85}\u{1e}{line}\u{c}");
    }
    panic!("\n{result}\r\n\u{2028}{result}\u{2028}\u{85}{result}\u{85}\u{1e}{result}\u{c}\u{b}{result}\n")
}
