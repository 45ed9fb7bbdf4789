//! task: red/add
//! shape: a worker thread that is never joined and waits on a channel
use std::sync::mpsc::{channel, Sender};
use std::sync::{Mutex, OnceLock};

type Job = (i32, i32, Sender<i32>);
static JOBS: OnceLock<Mutex<Sender<Job>>> = OnceLock::new();

fn add(a: i32, b: i32) -> i32 {
    let jobs = JOBS.get_or_init(|| {
        let (sender, receiver) = channel::<Job>();
        std::thread::spawn(move || {
            for (a, b, reply) in receiver {
                let _ = reply.send(a.wrapping_add(b));
            }
        });
        Mutex::new(sender)
    });
    let (reply, answer) = channel();
    jobs.lock().unwrap().send((a, b, reply)).unwrap();
    answer.recv().unwrap()
}
