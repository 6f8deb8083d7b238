//! The laws of content codings.

use super::input::{Header, cut};
use crate::coding::{Bounds, Broken, Coding, Codings, Packer, Unpacker};

/// How much a fuzzer's input may unpack to: enough for every state of a decoder, and soon done.
const BOUNDS: Bounds = Bounds { decoded_bytes_max: 2 << 20, decoded_ratio_max: 200 };

/// Any bytes as a coded body, and as a text that is packed.
pub fn coding(data: &[u8]) {
    let (header, text) = Header::split(data);
    let codings = codings(header.choice);
    let whole = unpack(codings, &[&text]);
    for places in header.cuttings(text.len()) {
        let pieces = cut(&text, &places);
        // What came out before the bytes turned out to be wrong may be more or less.
        assert_eq!(unpack(codings, &pieces), whole, "{codings:?}: cut at {places:?}");
        let coded = pack(codings, &pieces);
        let again = unpack(codings, &[&coded]);
        assert!(again.as_ref() == Ok(&text), "{codings:?}: it unpacks to another text");
        let places: Vec<usize> =
            places.iter().map(|place| place * coded.len() / text.len().max(1)).collect();
        assert!(unpack(codings, &cut(&coded, &places)) == again, "{codings:?}: {places:?}");
    }
}

/// One of the codings, or two.
fn codings(choice: u8) -> Codings {
    let of = |choice: u8| Coding::ALL.get(usize::from(choice) % Coding::ALL.len()).copied();
    let [one, other] = [choice & 3, choice >> 2 & 3].map(of);
    Codings::stack(one, other.filter(|_| choice >> 4 == 0xF))
}

fn unpack(codings: Codings, pieces: &[&[u8]]) -> Result<Vec<u8>, Broken> {
    let (mut unpacker, mut out) = (Unpacker::new(codings, BOUNDS), Vec::new());
    for piece in pieces {
        unpacker.write(piece, |text| {
            assert!(!text.is_empty(), "nothing is given");
            out.extend_from_slice(text);
        })?;
    }
    if unpacker.is_whole() { Ok(out) } else { Err(Broken::Corrupt) }
}

fn pack(codings: Codings, pieces: &[&[u8]]) -> Vec<u8> {
    let (mut packer, mut out) = (Packer::new(codings), Vec::new());
    for piece in pieces {
        let done = packer.write(piece, &mut out).and_then(|()| packer.flush(&mut out));
        assert_eq!(done, Ok(()), "{codings:?}: it cannot be packed");
    }
    assert_eq!(packer.finish(&mut out), Ok(()), "{codings:?}: it has no end");
    out
}

/// Coded bodies to start from.
pub(super) fn seeds(texts: &[Vec<u8>]) -> impl Iterator<Item = Vec<u8>> {
    texts.iter().enumerate().map(|(number, text)| {
        let choice = [0, 1, 2, 3, 0xF2, 0xF7].get(number % 6).copied().unwrap_or_default();
        let (first, rest) = text.split_at(text.len() / 2);
        let header = [choice, 0, number as u8, 0, 7, 0, 9, 3];
        [&header[..], &pack(codings(choice), &[first, rest])].concat()
    })
}
