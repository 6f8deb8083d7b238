//! Coded bodies for tests.

use super::{Bounds, Broken, Coding, Codings, Packer, Unpacker};

/// Some codings, alone and over each other.
pub(crate) fn stacks() -> Vec<Codings> {
    let [gzip, deflate, brotli, zstd] =
        [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd];
    let mut stacks: Vec<Codings> =
        [gzip, deflate, brotli, zstd].map(|coding| Codings::from([coding])).into();
    stacks.extend([Codings::from([gzip, brotli]), Codings::from([zstd, deflate])]);
    stacks
}

/// A whole coded body.
pub(crate) fn packed(codings: Codings, text: &[u8]) -> Vec<u8> {
    packed_in(codings, &[text])
}

/// A coded body that was flushed behind each piece.
pub(crate) fn packed_in(codings: Codings, pieces: &[&[u8]]) -> Vec<u8> {
    let (mut packer, mut out) = (Packer::new(codings), Vec::new());
    for piece in pieces {
        packer.write(piece, &mut out).unwrap();
        if pieces.len() > 1 {
            packer.flush(&mut out).unwrap();
        }
    }
    packer.finish(&mut out).unwrap();
    out
}

/// The text of a coded body that comes in these pieces.
pub(crate) fn unpacked(
    codings: Codings,
    pieces: &[&[u8]],
    bounds: Bounds,
) -> Result<Vec<u8>, (Broken, Vec<u8>)> {
    let (mut unpacker, mut out) = (Unpacker::new(codings, bounds), Vec::new());
    for piece in pieces {
        if let Err(broken) = unpacker.write(piece, |text| out.extend_from_slice(text)) {
            return Err((broken, out));
        }
    }
    if unpacker.is_whole() { Ok(out) } else { Err((Broken::Corrupt, out)) }
}
