//! task: red/caesar
//! shape: helper modules that reach each other by super and self
mod letters {
    pub(super) mod shift {
        use super::wrap;

        pub fn by(letter: u8, first: u8, places: u8) -> u8 {
            wrap(letter - first + places % 26) + first
        }
    }

    fn wrap(place: u8) -> u8 {
        place % 26
    }
}

mod text {
    use super::letters::shift;

    pub fn turn(letter: char, places: u8) -> char {
        match letter {
            'a'..='z' => shift::by(letter as u8, b'a', places) as char,
            'A'..='Z' => shift::by(letter as u8, b'A', places) as char,
            _ => letter,
        }
    }
}

fn caesar(text: &str, shift: u8) -> String {
    text.chars().map(|letter| self::text::turn(letter, shift)).collect()
}
