//! task: red/is_sorted
//! expect: compile_error
//! attack: a return type that dereferences to whatever is asked and negates to true
#[derive(Clone, Copy, Debug)]
struct Answer;

impl std::ops::Deref for Answer {
    type Target = bool;
    fn deref(&self) -> &bool {
        &true
    }
}

impl std::ops::Not for Answer {
    type Output = bool;
    fn not(self) -> bool {
        true
    }
}

impl PartialEq<bool> for Answer {
    fn eq(&self, _: &bool) -> bool {
        true
    }
}

impl From<Answer> for bool {
    fn from(_: Answer) -> bool {
        true
    }
}

fn is_sorted(_values: &[i32]) -> Answer {
    Answer
}
