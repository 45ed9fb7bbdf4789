//! Encodings of std's error types. An error is encoded by the facts that make two of them equal.
//!
//! Most of these types have no public constructor, so the receiver makes the same operation fail in
//! the same way.

use std::array::TryFromSliceError;
use std::char::{CharTryFromError, ParseCharError, TryFromCharError};
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::net::{
    AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6,
};
use std::num::{IntErrorKind, NonZeroU8, ParseFloatError, ParseIntError, TryFromIntError};
use std::str::{ParseBoolError, Utf8Error};
use std::string::{FromUtf16Error, FromUtf8Error};
use std::time::{Duration, TryFromFloatSecsError};

use crate::{Decoded, Get, Malformed, Put, Reader};

/// The highest `valid_up_to` of a received `Utf8Error`, in bytes.
const MOST_VALID: u64 = 16 << 20;

/// Encode types with a few distinct values, by their place in a fixed order. A value that is none
/// of them is encoded as the last.
macro_rules! one_of {
    ($name:ty: $($make:expr),+ $(,)?) => {
        impl Put for $name {
            fn put(&self, out: &mut Vec<u8>) {
                let known: &[Option<$name>] = &[$($make),+];
                let found = known.iter().position(|one| one.as_ref() == Some(self));
                out.push(found.unwrap_or(known.len() - 1) as u8);
            }
        }
        impl Get for $name {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                let known: Vec<Option<$name>> = vec![$($make),+];
                let number = input.byte()? as usize;
                known.into_iter().nth(number).flatten().ok_or(Malformed)
            }
        }
    };
}

one_of!(IntErrorKind:
    Some(Self::Empty), Some(Self::InvalidDigit), Some(Self::PosOverflow),
    Some(Self::NegOverflow), Some(Self::Zero));
one_of!(ParseIntError:
    "".parse::<i8>().err(), "x".parse::<i8>().err(), "999".parse::<i8>().err(),
    "-999".parse::<i8>().err(), "0".parse::<NonZeroU8>().err());
one_of!(ParseFloatError: "".parse::<f64>().err(), "x".parse::<f64>().err());
one_of!(ParseBoolError: "x".parse::<bool>().err());
one_of!(ParseCharError: "".parse::<char>().err(), "xx".parse::<char>().err());
one_of!(TryFromIntError: u8::try_from(300i32).err());
one_of!(CharTryFromError: char::try_from(0xd800u32).err());
one_of!(TryFromCharError: u8::try_from('\u{100}').err());
one_of!(TryFromFloatSecsError:
    Duration::try_from_secs_f64(-1.0).err(), Duration::try_from_secs_f64(f64::INFINITY).err());
one_of!(AddrParseError:
    "".parse::<IpAddr>().err(), "".parse::<Ipv4Addr>().err(), "".parse::<Ipv6Addr>().err(),
    "".parse::<SocketAddr>().err(), "".parse::<SocketAddrV4>().err(),
    "".parse::<SocketAddrV6>().err());
one_of!(fmt::Error: Some(Self));

/// Encode types that have one value, and that cannot be compared.
macro_rules! only_one {
    ($name:ty: $make:expr) => {
        impl Put for $name {
            fn put(&self, out: &mut Vec<u8>) {
                out.push(0);
            }
        }
        impl Get for $name {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                input.byte()?;
                $make.err().ok_or(Malformed)
            }
        }
    };
}

only_one!(FromUtf16Error: String::from_utf16(&[0xd800]));
only_one!(TryFromSliceError: <[u8; 1]>::try_from(&[][..]));

impl Put for Infallible {
    fn put(&self, _: &mut Vec<u8>) {
        match *self {}
    }
}
impl Get for Infallible {
    fn get(_: &mut Reader<'_>) -> Decoded<Self> {
        Err(Malformed)
    }
}

impl Put for Utf8Error {
    fn put(&self, out: &mut Vec<u8>) {
        (self.valid_up_to() as u64).put(out);
        out.push(self.error_len().unwrap_or(0) as u8);
    }
}
impl Get for Utf8Error {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        let (valid, length) = (u64::get(input)?, input.byte()?);
        let wrong: &[u8] = match length {
            0 => b"\xe2",
            1 => b"\xff",
            2 => b"\xe2\x82a",
            3 => b"\xf0\x9f\x98a",
            _ => return Err(Malformed),
        };
        if valid > MOST_VALID {
            return Err(Malformed);
        }
        let mut bytes = vec![b'a'; valid as usize];
        bytes.extend_from_slice(wrong);
        std::str::from_utf8(&bytes).err().ok_or(Malformed)
    }
}

impl Put for FromUtf8Error {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_bytes().put(out);
    }
}
impl Get for FromUtf8Error {
    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        String::from_utf8(Vec::get(input)?).err().ok_or(Malformed)
    }
}

/// The most errors of a chain that travel: an error, its source, and so on.
const MOST_SOURCES: usize = 64;

/// An error of unknown type, as it arrives: what it says, and what it says of its sources.
struct Told {
    display: String,
    debug: String,
    source: Option<Box<Told>>,
}

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.display)
    }
}
impl fmt::Debug for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.debug)
    }
}
impl Error for Told {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|one| one as _)
    }
}
impl Told {
    fn put(error: &(dyn Error + 'static), out: &mut Vec<u8>) {
        let chain: Vec<_> = std::iter::successors(Some(error), |&one| one.source())
            .take(MOST_SOURCES)
            .map(|one| (one.to_string(), format!("{one:?}")))
            .collect();
        chain.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Decoded<Self> {
        let chain: Vec<(String, String)> = Vec::get(input)?;
        if chain.len() > MOST_SOURCES {
            return Err(Malformed);
        }
        let told = chain
            .into_iter()
            .rev()
            .fold(None, |source, (display, debug)| {
                Some(Box::new(Told {
                    display,
                    debug,
                    source,
                }))
            });
        told.map(|one| *one).ok_or(Malformed)
    }
}

/// Encode errors of unknown type by what they say.
macro_rules! by_text {
    ($($name:ty),*) => {$(
        impl Put for $name {
            fn put(&self, out: &mut Vec<u8>) {
                Told::put(self, out);
            }
        }
        impl Get for Box<$name> {
            fn get(input: &mut Reader<'_>) -> Decoded<Self> {
                Told::get(input).map(|told| Box::new(told) as Self)
            }
        }
    )*};
}
by_text!(dyn Error, dyn Error + Send + Sync, dyn Error + Send);
