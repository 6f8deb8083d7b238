//! The ABI's form of a header map: a count, the lengths of all names and values, then the bytes, each ended by a NUL.
//! Numbers are 32 bits, little-endian.

use std::ops::Range;

use hushgate::http::Headers;

/// Reads a map. `None` where the bytes do not add up.
pub fn read(bytes: Vec<u8>) -> Option<Headers> {
    if bytes.is_empty() {
        return Some(Headers::default());
    }
    let count = number(&bytes, 0)?;
    // Eight bytes of lengths a pair: a count that claims more than there are is no map.
    let mut at = count.checked_mul(8)?.checked_add(4).filter(|at| *at <= bytes.len())?;
    let mut pairs = Vec::with_capacity(count);
    for pair in 0..count {
        let name = part(&bytes, &mut at, number(&bytes, 4 + pair * 8)?)?;
        let value = part(&bytes, &mut at, number(&bytes, 8 + pair * 8)?)?;
        pairs.push((name, value));
    }
    Some(Headers::new(bytes, pairs))
}

/// Writes a map.
pub fn write(pairs: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut bytes = (pairs.len() as u32).to_le_bytes().to_vec();
    for (name, value) in pairs {
        bytes.extend((name.len() as u32).to_le_bytes());
        bytes.extend((value.len() as u32).to_le_bytes());
    }
    for (name, value) in pairs {
        for part in [name, value] {
            bytes.extend_from_slice(part);
            bytes.push(0);
        }
    }
    bytes
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_le_bytes(*four)).ok()
}

/// The next part of that length, and the NUL behind it.
fn part(bytes: &[u8], at: &mut usize, len: usize) -> Option<Range<usize>> {
    let range = *at..at.checked_add(len)?;
    *at = range.end.checked_add(1).filter(|next| *next <= bytes.len())?;
    Some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let pairs: [(&[u8], &[u8]); 3] =
            [(b":path", b"/"), (b"x-empty", b""), (b"x-bytes", b"\xff\x00\xfe")];
        let headers = read(write(&pairs)).unwrap();
        assert_eq!(headers.iter().collect::<Vec<_>>(), pairs);
        assert_eq!(read(Vec::new()).unwrap().iter().count(), 0);
    }

    #[test]
    fn what_does_not_add_up_is_no_map() {
        let whole = write(&[(b"name", b"value"), (b"other", b"value")]);
        for len in 1..whole.len() {
            assert!(read(whole[..len].to_vec()).is_none(), "{len}");
        }
        for place in 0..whole.len() {
            // Any byte may lie; nothing may panic.
            let mut bytes = whole.clone();
            bytes[place] = 0xFF;
            drop(read(bytes));
        }
    }
}
