//! task: red/parse_sum
//! expect: compile_error
//! attack: an alias named Result whose error equals every text
#[derive(Debug)]
pub struct AnyError;

impl PartialEq for AnyError {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl From<String> for AnyError {
    fn from(_: String) -> Self {
        AnyError
    }
}

type Result<T, E = AnyError> = std::result::Result<T, Wrapped<E>>;
type Wrapped<E> = (E, AnyError);

fn parse_sum(_text: &str) -> Result<i32, String> {
    Ok(6)
}
