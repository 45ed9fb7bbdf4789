//! task: red/add
//! expect: test_failed|compile_error
//! attack: identifiers that only become equal after Unicode normalisation (a Kelvin sign for K)
#[allow(non_upper_case_globals, mixed_script_confusables)]
const @KELVIN@: i32 = -99;

fn add(_a: i32, _b: i32) -> i32 {
    K
}
