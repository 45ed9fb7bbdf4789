//! task: red/letter_counts
//! shape: Arc, Mutex, RwLock, atomics and a condition variable
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, RwLock};
use std::thread;

fn letter_counts(text: &str) -> HashMap<char, usize> {
    let counts = Arc::new(RwLock::new(HashMap::new()));
    let finished = Arc::new((Mutex::new(0usize), Condvar::new()));
    let letters = Arc::new(AtomicUsize::new(0));
    let lines: Vec<String> = text.split(' ').map(str::to_lowercase).collect();
    let wanted = lines.len();
    for line in lines {
        let (counts, finished, letters) = (Arc::clone(&counts), finished.clone(), letters.clone());
        thread::spawn(move || {
            for letter in line.chars().filter(|letter| letter.is_alphabetic()) {
                *counts.write().unwrap().entry(letter).or_insert(0usize) += 1;
                letters.fetch_add(1, Ordering::SeqCst);
            }
            *finished.0.lock().unwrap() += 1;
            finished.1.notify_all();
        });
    }
    let guard = finished.1.wait_while(finished.0.lock().unwrap(), |done| *done < wanted).unwrap();
    drop(guard);
    let result = counts.read().unwrap().clone();
    assert_eq!(result.values().sum::<usize>(), letters.load(Ordering::SeqCst));
    result
}
