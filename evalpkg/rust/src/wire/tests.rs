//! Tests of values and frames: they come out as they went in, and bytes that no encoder made are
//! refused.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;
use std::fmt::Debug;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use crate::frames::{read_frame, read_marked, write_frame};
use crate::{Get, Put, Reader};

fn bytes_of<T: Put>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.put(&mut bytes);
    bytes
}

fn assert_returns<T: Put + Get + PartialEq + Debug>(value: &T) {
    let bytes = bytes_of(value);
    let mut reader = Reader::new(&bytes);
    let back = T::get(&mut reader).expect("what was encoded can be decoded");
    assert_eq!(&back, value);
    assert_eq!(reader.left(), 0);
    // No shorter beginning of the bytes is a value of the type.
    for length in 0..bytes.len() {
        assert!(T::get(&mut Reader::new(&bytes[..length])).is_err());
    }
}

#[test]
fn values_come_out_as_they_went_in() {
    assert_returns(&i32::MIN);
    assert_returns(&u128::MAX);
    assert_returns(&true);
    assert_returns(&'\u{10ffff}');
    assert_returns(&String::from("a \0 \u{e9}"));
    assert_returns(&vec![Some(1_u8), None]);
    assert_returns(&(1_i64, String::new(), [2_u16; 3]));
    assert_returns(&Ok::<u8, String>(3));
    assert_returns(&Err::<u8, String>("no".into()));
    assert_returns(&BTreeMap::from([(1, vec![2]), (3, vec![])]));
    assert_returns(&HashMap::from([("k".to_string(), 1.5_f64)]));
    assert_returns(&HashSet::from([1_u8, 2]));
    assert_returns(&Box::new(7_usize));
    assert_returns(&std::rc::Rc::<str>::from("ab"));
    assert_returns(&std::num::NonZeroU32::MIN);
    assert_returns(&std::ops::Bound::Excluded(3_i32));
    assert_returns(&std::path::PathBuf::from("a/b"));
    assert_returns(&std::net::IpAddr::from([1, 2, 3, 4]));
    assert_returns(&std::cell::RefCell::new(5_u8));
}

#[test]
fn std_s_errors_equal_what_they_were() {
    for text in ["", "x", "999", "-999"] {
        assert_returns(&text.parse::<i8>().unwrap_err());
    }
    assert_returns(&"x".parse::<f64>().unwrap_err());
    assert_returns(&"xx".parse::<char>().unwrap_err());
    assert_returns(&"".parse::<std::net::IpAddr>().unwrap_err());
    assert_returns(&"".parse::<std::net::Ipv6Addr>().unwrap_err());
    assert_returns(&"".parse::<std::net::SocketAddrV4>().unwrap_err());
    assert_returns(&u8::try_from('\u{100}').unwrap_err());
    assert_returns(&std::time::Duration::try_from_secs_f64(-1.0).unwrap_err());
    assert_returns(&std::time::Duration::try_from_secs_f64(f64::MAX).unwrap_err());
    let bytes = b"ab\xff".to_vec();
    assert_returns(&std::str::from_utf8(&bytes).unwrap_err());
    let sent = <[u8; 2]>::try_from(&[1_u8][..]).unwrap_err();
    let bytes = bytes_of(&sent);
    assert!(std::array::TryFromSliceError::get(&mut Reader::new(&bytes)).is_ok());
}

#[test]
fn a_cow_stays_borrowed_or_owned() {
    for value in [Cow::Borrowed("a"), Cow::Owned(String::from("a"))] {
        let bytes = bytes_of(&value);
        let back = <Cow<'_, str>>::get(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(
            matches!(back, Cow::Owned(_)),
            matches!(value, Cow::Owned(_))
        );
    }
}

#[test]
fn an_error_of_unknown_type_says_what_it_said_and_so_do_its_sources() {
    let inner = std::io::Error::other("x".parse::<u8>().unwrap_err());
    let sent: Box<dyn Error> = Box::new(inner);
    let bytes = bytes_of(&sent);
    let back = <Box<dyn Error>>::get(&mut Reader::new(&bytes)).unwrap();
    assert_eq!(back.to_string(), sent.to_string());
    assert_eq!(format!("{back:?}"), format!("{sent:?}"));
    let source = |of: &dyn Error| of.source().map(ToString::to_string);
    assert_eq!(source(&*back), source(&*sent));
    assert!(<Box<dyn Error>>::get(&mut Reader::new(&[0; 4])).is_err());
}

/// An error that is its own source.
#[derive(Debug)]
struct Endless;

impl std::fmt::Display for Endless {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("endless")
    }
}
impl Error for Endless {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&Endless)
    }
}

#[test]
fn sources_without_end_are_cut() {
    let sent: Box<dyn Error + Send + Sync> = Box::new(Endless);
    let bytes = bytes_of(&sent);
    let back = <Box<dyn Error>>::get(&mut Reader::new(&bytes)).unwrap();
    let sources = std::iter::successors(back.source(), |&one| one.source()).count();
    assert_eq!(sources, 63);
}

#[test]
fn a_cursor_keeps_its_place() {
    let mut cursor = std::io::Cursor::new(vec![1_u8, 2]);
    cursor.set_position(1);
    assert_returns(&cursor);
}

#[test]
fn floats_keep_every_bit() {
    for value in [f64::NAN, -0.0, f64::INFINITY, f64::MIN_POSITIVE] {
        let back = f64::get(&mut Reader::new(&bytes_of(&value))).unwrap();
        assert_eq!(back.to_bits(), value.to_bits());
    }
}

#[test]
fn what_no_encoder_made_is_refused() {
    assert!(bool::get(&mut Reader::new(&[2])).is_err());
    assert!(char::get(&mut Reader::new(&0xd800_u32.to_le_bytes())).is_err());
    assert!(String::get(&mut Reader::new(&[1, 0, 0, 0, 0xff])).is_err());
    assert!(Option::<u8>::get(&mut Reader::new(&[7, 0])).is_err());
    // A length that the bytes cannot hold takes no memory.
    assert!(Vec::<u64>::get(&mut Reader::new(&[0xff; 12])).is_err());
}

/// Open two connected sockets.
fn connected() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let one = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (one, listener.accept().unwrap().0)
}

#[test]
fn frames_are_read_as_they_were_written() {
    let (one, other) = connected();
    write_frame(one.as_raw_fd(), b'A', b"answer").unwrap();
    write_frame(one.as_raw_fd(), b'E', b"").unwrap();
    let read = || read_frame(other.as_raw_fd()).unwrap();
    assert_eq!(read(), (b'A', b"answer".to_vec()));
    assert_eq!(read(), (b'E', Vec::new()));
    drop(one);
    assert!(read_frame(other.as_raw_fd()).is_err());
}

#[test]
fn a_frame_cut_short_is_an_error() {
    let (mut one, other) = connected();
    one.write_all(&[b'A', 9, 0, 0, 0, 1, 2]).unwrap();
    drop(one);
    assert!(read_frame(other.as_raw_fd()).is_err());
}

#[test]
fn a_frame_of_another_sample_is_an_error() {
    let (one, other) = connected();
    let (mine, yours) = ([1; 8], [2; 8]);
    for nonce in [mine, yours] {
        write_frame(one.as_raw_fd(), b'A', &[&nonce[..], b"x"].concat()).unwrap();
    }
    let read = || read_marked(other.as_raw_fd(), mine);
    assert_eq!(read().unwrap(), (b'A', b"x".to_vec()));
    assert!(read().is_err());
}
