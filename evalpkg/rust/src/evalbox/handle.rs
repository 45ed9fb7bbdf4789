//! One running subject, as the fork-server holds it: its stream, its deadline, its output.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use evalwire::frames::Nonce;
use evalwire::vocabulary::Reason;

use crate::sys;

/// Bytes at the end of a subject's output that the report keeps.
const TAIL: usize = 2048;
/// A subject whose CPU time is less than this share of the wall time was not computing.
const LEAST_SHARE: f64 = 0.1;
/// Below this share a subject counts as computing only if the machine is busy.
const FULL_SHARE: f64 = 0.5;
/// The CPU time spent on finding out whether the machine is busy.
const SPIN: Duration = Duration::from_millis(20);
const THREAD_CPU_TIME: c_int = 3;
/// A computing subject on a loaded machine may take so many times its wall-time limit.
const MOST_GRANTS: u32 = 6;

pub struct Subject {
    pub pid: c_int,
    pub stream: OwnedFd,
    pub output: OwnedFd,
    /// The mark of every frame about this subject.
    pub nonce: Nonce,
    pub started: Instant,
    pub grant: Duration,
    pub deadline: Instant,
}

/// Bytes that are overwritten when they are dropped. The next subject is forked from this memory
/// and must not find an earlier subject's answers in it.
pub struct Wiped(pub Vec<u8>);

impl std::ops::Deref for Wiped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        for byte in &mut self.0 {
            // SAFETY: the reference is to a byte of ours.
            unsafe { std::ptr::write_volatile(byte, 0) };
        }
    }
}

impl Subject {
    pub fn receive(&mut self, buffer: &mut [u8]) -> Result<(), Reason> {
        let mut filled = 0;
        while filled < buffer.len() {
            self.wait_readable()?;
            let rest = &mut buffer[filled..];
            let fd = self.stream.as_raw_fd();
            // SAFETY: pointer and length are those of the slice.
            let got = unsafe { sys::read(fd, rest.as_mut_ptr().cast(), rest.len()) };
            if got <= 0 {
                return Err(Reason::Ended);
            }
            filled += got as usize;
        }
        Ok(())
    }

    fn wait_readable(&mut self) -> Result<(), Reason> {
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.extend()?;
                continue;
            }
            let mut poll = sys::PollFd {
                fd: self.stream.as_raw_fd(),
                events: sys::POLLIN,
                revents: 0,
            };
            let milliseconds = left.as_millis().min(1 << 30) as c_int + 1;
            // SAFETY: the pointer is to one value of ours.
            if unsafe { sys::poll(&raw mut poll, 1, milliseconds) } > 0 {
                return Ok(());
            }
        }
    }

    /// Extend the deadline of a subject that computes, up to `MOST_GRANTS`: on a slow machine its
    /// CPU limit should end it. A subject that mostly waits gets `WallTimeout`.
    fn extend(&mut self) -> Result<(), Reason> {
        let elapsed = self.started.elapsed();
        let granted = self.deadline - self.started;
        let share = cpu_time((!self.pid << 3) | 2).as_secs_f64() / elapsed.as_secs_f64();
        let computing = share > FULL_SHARE || (share > LEAST_SHARE && is_busy());
        if !computing || granted > self.grant * MOST_GRANTS {
            return Err(Reason::WallTimeout);
        }
        self.deadline += self.grant / 4;
        Ok(())
    }

    /// Send bytes to the subject. The socket's buffer is large enough for most arguments; a subject
    /// that does not read the rest runs into its deadline.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Reason> {
        const MSG_DONTWAIT_NOSIGNAL: c_int = 0x40 | 0x4000;
        let mut sent = 0;
        while sent < bytes.len() {
            let rest = &bytes[sent..];
            // SAFETY: pointer and length are those of the slice.
            let count = unsafe {
                send(
                    self.stream.as_raw_fd(),
                    rest.as_ptr().cast(),
                    rest.len(),
                    MSG_DONTWAIT_NOSIGNAL,
                )
            };
            if count > 0 {
                sent += count as usize;
            } else if io::Error::last_os_error().kind() == io::ErrorKind::WouldBlock {
                if Instant::now() > self.deadline {
                    self.extend()?;
                }
                std::thread::sleep(Duration::from_millis(1));
            } else {
                return Err(Reason::Ended);
            }
        }
        Ok(())
    }

    /// Return the end of what the subject printed.
    pub fn tail(&self) -> Wiped {
        let fd = self.output.as_raw_fd();
        // SAFETY: the call takes numbers.
        let size = unsafe { sys::lseek(fd, 0, 2) }.max(0);
        let from = (size - TAIL as i64).max(0);
        let mut buffer = vec![0u8; TAIL];
        // SAFETY: the buffer has room for that much.
        let got = unsafe { sys::pread(fd, buffer.as_mut_ptr().cast(), TAIL, from) };
        buffer.truncate(got.max(0) as usize);
        Wiped(buffer)
    }

    /// End the process, if it still runs; return its exit status and what it used.
    pub fn dismiss(self) -> (c_int, sys::Usage) {
        // SAFETY: the process is a child of ours that nobody has collected.
        unsafe { sys::kill(self.pid, sys::SIGKILL) };
        sys::reap(self.pid, 0).unwrap_or_default()
    }
}

/// Read a CPU clock. The clock of another process is `~pid << 3 | CPUCLOCK_SCHED`, as in
/// `clock_getcpuclockid`.
fn cpu_time(clock: c_int) -> Duration {
    let mut time = [0i64; 2];
    // SAFETY: the array has the layout of a `timespec`.
    if unsafe { clock_gettime(clock, time.as_mut_ptr()) } != 0 {
        return Duration::ZERO;
    }
    Duration::new(time[0] as u64, time[1] as u32)
}

/// Tell whether a computing process now gets much less than one CPU; it computes for a moment to
/// find out.
fn is_busy() -> bool {
    let (start, used) = (Instant::now(), cpu_time(THREAD_CPU_TIME));
    while cpu_time(THREAD_CPU_TIME).saturating_sub(used) < SPIN && start.elapsed() < SPIN * 10 {
        std::hint::spin_loop();
    }
    start.elapsed() > SPIN.mul_f64(1.5)
}

extern "C" {
    fn send(fd: c_int, buffer: *const std::ffi::c_void, length: usize, flags: c_int) -> isize;
    fn clock_gettime(clock: c_int, time: *mut i64) -> c_int;
    fn memfd_create(name: *const std::ffi::c_char, flags: u32) -> c_int;
}

/// Open a file without a name, for the subject's output.
pub fn memory_file() -> io::Result<OwnedFd> {
    // SAFETY: the name is a C string.
    let fd = unsafe { memfd_create(c"output".as_ptr(), 1) };
    sys::owned(fd, "memfd_create")
}
