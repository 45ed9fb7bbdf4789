//! task: red/caesar
//! shape: trait objects in a vector
trait Step {
    fn apply(&self, letter: char) -> Option<char>;
}

struct Range {
    first: u8,
    shift: u8,
}

impl Step for Range {
    fn apply(&self, letter: char) -> Option<char> {
        let place = (letter as u32).checked_sub(self.first as u32).filter(|place| *place < 26)?;
        Some(((place as u8 + self.shift % 26) % 26 + self.first) as char)
    }
}

struct Keep;

impl Step for Keep {
    fn apply(&self, letter: char) -> Option<char> {
        Some(letter)
    }
}

fn caesar(text: &str, shift: u8) -> String {
    let steps: Vec<Box<dyn Step>> =
        vec![Box::new(Range { first: b'a', shift }), Box::new(Range { first: b'A', shift }), Box::new(Keep)];
    text.chars().filter_map(|letter| steps.iter().find_map(|step| step.apply(letter))).collect()
}
