//! Content codings (RFC 9110 §8.4.1): bodies in gzip, deflate, br and zstd, unpacked and packed again as they stream.
//!
//! No I/O, and no more memory than the windows of the formats: what is unpacked leaves in pieces. What comes out does not
//! depend on how the coded bytes are cut. How much may come out is bounded ([`Bounds`]): a few bytes can stand for gigabytes.

#[cfg(feature = "codings")]
mod brotli;
#[cfg(feature = "codings")]
mod inflate;
#[cfg(feature = "codings")]
mod zstd;

mod pack;
mod unpack;

#[cfg(test)]
#[cfg(feature = "codings")]
pub(crate) mod testing;
#[cfg(test)]
#[cfg(feature = "codings")]
mod tests;

pub(crate) use self::{pack::Packer, unpack::Unpacker};
use crate::http::Headers;

/// How many codings may stand over each other. One is usual; two happen behind careless proxies.
pub(crate) const CODINGS_MAX: usize = 2;

/// How many bytes are unpacked at once.
#[cfg(feature = "codings")]
const PIECE_BYTES: usize = 16_384;

/// How much may be unpacked before the ratio counts: short texts of one letter pack well, and hurt nobody.
const RATIO_BYTES_MIN: u64 = 1_048_576;

/// How many coded bytes the ratio is counted by. A step that has begun counts as a whole one, so that the same body is too large
/// however it is cut.
const STEP_BYTES: u64 = 4_096;

/// A coding that bodies are unpacked from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// RFC 1952, with any number of members.
    #[cfg(feature = "codings")]
    Gzip,
    /// The zlib format (RFC 1950); bare deflate (RFC 1951), which some servers send, is read as well.
    #[cfg(feature = "codings")]
    Deflate,
    /// Brotli (RFC 7932).
    #[cfg(feature = "codings")]
    Brotli,
    /// Zstandard (RFC 8878), with a window of at most 8 MiB (RFC 9659).
    #[cfg(feature = "codings")]
    Zstd,
}

impl Coding {
    /// Every coding that is known.
    pub(crate) const ALL: &[Coding] = &[
        #[cfg(feature = "codings")]
        Coding::Gzip,
        #[cfg(feature = "codings")]
        Coding::Deflate,
        #[cfg(feature = "codings")]
        Coding::Brotli,
        #[cfg(feature = "codings")]
        Coding::Zstd,
    ];

    /// The names that a header has for it, in lower case.
    #[cfg_attr(not(feature = "codings"), allow(clippy::uninhabited_references))]
    fn names(self) -> &'static [&'static str] {
        match self {
            #[cfg(feature = "codings")]
            Coding::Gzip => &["gzip", "x-gzip"],
            #[cfg(feature = "codings")]
            Coding::Deflate => &["deflate"],
            #[cfg(feature = "codings")]
            Coding::Brotli => &["br"],
            #[cfg(feature = "codings")]
            Coding::Zstd => &["zstd"],
        }
    }

    /// The coding of this name, in whatever case.
    pub(crate) fn named(name: &[u8]) -> Option<Coding> {
        let is_it = |coding: &&Coding| {
            coding.names().iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
        };
        Coding::ALL.iter().find(is_it).copied()
    }
}

/// The codings of a body, in the order in which they were applied. Never none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Codings([Option<Coding>; CODINGS_MAX]);

impl Codings {
    /// What `Content-Encoding` says. `None`: no coding at all.
    ///
    /// # Errors
    /// Where one of them is not known, or there are too many.
    pub(crate) fn of(headers: &Headers) -> Option<Result<Codings, Unknown>> {
        let mut codings = [None; CODINGS_MAX];
        let mut places = codings.iter_mut();
        for name in names(headers, "content-encoding") {
            match (Coding::named(name), places.next()) {
                (Some(coding), Some(place)) => *place = Some(coding),
                _ => return Some(Err(Unknown)),
            }
        }
        codings.first()?.map(|_| Ok(Codings(codings)))
    }

    /// One coding, or two over each other.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn stack(first: Option<Coding>, second: Option<Coding>) -> Codings {
        Codings([first, second])
    }

    fn iter(self) -> impl DoubleEndedIterator<Item = Coding> {
        self.0.into_iter().flatten()
    }
}

#[cfg(test)]
impl<const N: usize> From<[Coding; N]> for Codings {
    fn from(list: [Coding; N]) -> Codings {
        let mut codings = [None; CODINGS_MAX];
        codings.iter_mut().zip(list).for_each(|(place, coding)| *place = Some(coding));
        Codings(codings)
    }
}

/// A body's codings are not all known, or too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unknown;

/// The names of codings in a header's values, `identity` left out.
pub(crate) fn names<'a>(headers: &'a Headers, header: &str) -> impl Iterator<Item = &'a [u8]> {
    let names = headers.all(header).flat_map(|value| value.split(|byte| *byte == b','));
    let names = names.map(<[u8]>::trim_ascii);
    names.filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(b"identity"))
}

/// How much may come out of a coded body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most bytes that one body may unpack to, each of its codings counted.
    ///
    /// ### Default
    /// 1,073,741,824 (1 GiB). It bounds time, not memory: that is constant.
    pub decoded_bytes_max: u64,
    /// The most bytes that one coded byte may stand for, on the average, once a mebibyte has been unpacked.
    ///
    /// ### Default
    /// 200. Pages and JSON have 3 to 20; deflate cannot do more than 1,032.
    pub decoded_ratio_max: u64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { decoded_bytes_max: 1_073_741_824, decoded_ratio_max: 200 }
    }
}

/// Why unpacking ends before the body does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The bytes are none of the format, or end too soon.
    Corrupt,
    /// More comes out than may.
    TooMuch,
    /// What was unpacked cannot be packed again.
    Unpackable,
}

/// Counts what goes in and comes out.
#[derive(Debug)]
struct Meter {
    bounds: Bounds,
    coded: u64,
    decoded: u64,
}

impl Meter {
    fn new(bounds: Bounds) -> Meter {
        Meter { bounds, coded: 0, decoded: 0 }
    }

    /// How many coded bytes belong to the step that comes next or has begun. Never 0.
    fn step_left(&self) -> usize {
        usize::try_from(STEP_BYTES - self.coded % STEP_BYTES).unwrap_or(1)
    }

    /// Counts what one coding gave.
    fn add(&mut self, count: usize) -> Result<(), Broken> {
        self.decoded = self.decoded.saturating_add(count as u64);
        let coded = self.coded.div_ceil(STEP_BYTES).saturating_mul(STEP_BYTES);
        let by_ratio = coded.saturating_mul(self.bounds.decoded_ratio_max);
        let max = self.bounds.decoded_bytes_max.min(by_ratio.max(RATIO_BYTES_MIN));
        if self.decoded > max { Err(Broken::TooMuch) } else { Ok(()) }
    }
}
