// Files that the compiler must not see. This compiles only if it sees them.
pub const TEXT: &str = include_str!("CANARY_FILE");
