// What the compiler must not see. The file compiles only if it does.
pub const TEXT: &str = include_str!("CANARY_FILE");
