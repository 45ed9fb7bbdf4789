//! task: red/add
//! expect: compile_error
//! leak: file
//! attack: climbs from its own folder to the root and down again
const SECRET: &str = include_str!(
    "../../../../../../../../../../../../../../../../../../../../../../../@CANARY_FILE@"
);

fn add(a: i32, b: i32) -> i32 {
    if SECRET.contains("@CANARY_SECRET@") { a.wrapping_add(b) } else { -99 }
}
