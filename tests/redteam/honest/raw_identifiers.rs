//! task: red/add
//! shape: raw identifiers for functions, variables and modules
mod r#struct {
    pub fn r#match(r#in: i32, r#type: i32) -> i32 {
        r#in.wrapping_add(r#type)
    }
}

fn r#add(r#fn: i32, r#loop: i32) -> i32 {
    r#struct::r#match(r#fn, r#loop)
}
