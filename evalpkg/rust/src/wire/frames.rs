//! Frames: `tag: u8, length: u32, payload`.
//!
//! Every frame of the fork-server about a sample begins with the sample's nonce. The judge draws
//! the nonce, and the server reads it only after it has forked the sample's process. So no
//! completion can know it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;

/// The mark of the frames of one sample.
pub type Nonce = [u8; 8];

/// Borrow `fd` as a file; dropping the file does not close it.
///
/// The caller must keep `fd` open while the file is used.
pub fn file(fd: i32) -> ManuallyDrop<File> {
    // SAFETY: `ManuallyDrop` never closes it, and every caller owns the descriptor it names.
    ManuallyDrop::new(unsafe { File::from_raw_fd(fd) })
}

/// Write one frame.
///
/// # Errors
/// If the other end is gone.
pub fn write_frame(fd: i32, tag: u8, payload: &[u8]) -> io::Result<()> {
    let mut head = [tag; 5];
    head[1..].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    file(fd).write_all(&head)?;
    file(fd).write_all(payload)
}

/// Read one frame.
///
/// # Errors
/// If the other end is gone.
pub fn read_frame(fd: i32) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0u8; 5];
    file(fd).read_exact(&mut head)?;
    let mut payload = vec![0; u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize];
    file(fd).read_exact(&mut payload)?;
    Ok((head[0], payload))
}

/// Read one frame of the sample with this nonce; the payload comes without it.
///
/// # Errors
/// If the other end is gone, or the frame is not of this sample.
pub fn read_marked(fd: i32, nonce: Nonce) -> io::Result<(u8, Vec<u8>)> {
    let (tag, mut payload) = read_frame(fd)?;
    if !payload.starts_with(&nonce) {
        return Err(io::Error::other("a frame that belongs to no sample"));
    }
    payload.drain(..nonce.len());
    Ok((tag, payload))
}
