//! task: red/longest_word
//! shape: Rc, Weak, RefCell and Cell
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

struct Best {
    word: RefCell<Option<Rc<String>>>,
    seen: Cell<usize>,
}

fn longest_word(words: &[String]) -> Option<String> {
    let best = Rc::new(Best { word: RefCell::new(None), seen: Cell::new(0) });
    let watcher: Weak<Best> = Rc::downgrade(&best);
    for word in words {
        best.seen.set(best.seen.get() + 1);
        let longer = best.word.borrow().as_ref().map_or(true, |known| word.len() > known.len());
        if longer {
            *best.word.borrow_mut() = Some(Rc::new(word.clone()));
        }
    }
    assert_eq!(watcher.upgrade()?.seen.get(), words.len());
    let word = best.word.borrow_mut().take()?;
    Some(Rc::try_unwrap(word).unwrap_or_else(|shared| (*shared).clone()))
}
