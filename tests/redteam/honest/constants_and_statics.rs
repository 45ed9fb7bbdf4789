//! task: red/caesar
//! shape: constants, statics and const functions
const LETTERS: usize = 26;
static LOWER: [char; LETTERS] = alphabet('a');
static UPPER: [char; LETTERS] = alphabet('A');

const fn alphabet(first: char) -> [char; LETTERS] {
    let mut letters = ['?'; LETTERS];
    let mut place = 0;
    while place < LETTERS {
        letters[place] = (first as u8 + place as u8) as char;
        place += 1;
    }
    letters
}

fn caesar(text: &str, shift: u8) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let table = [&LOWER, &UPPER].into_iter().find(|table| table.contains(&letter));
        out.push(match table {
            Some(table) => {
                let place = table.iter().position(|known| *known == letter).unwrap();
                table[(place + shift as usize) % LETTERS]
            }
            None => letter,
        });
    }
    out
}
