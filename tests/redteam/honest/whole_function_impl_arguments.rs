//! task: red/padding
//! shape: impl Trait in argument position, which a text slice fulfils and a String does not
fn padding<'a>(text: impl Into<&'a str>, width: usize) -> usize {
    width.saturating_sub(text.into().chars().count())
}
