//! task: red/add
//! form: body
//! shape: only what follows the prompt
    a.wrapping_add(b)
}
