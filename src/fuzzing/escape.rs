//! The laws of reading escapes.

use crate::view::escape::{DEPTH_MAX, RAW_BYTES_MAX, Step, decode, ending_len, rewrite, step_to};

/// Any bytes, read as an escape through any number of layers.
pub fn escape(data: &[u8]) {
    for depth in 0..=DEPTH_MAX {
        for at in 0..data.len().min(RAW_BYTES_MAX) {
            assert_step(depth, data.get(at..).unwrap_or_default());
        }
    }
    assert!(decode(data).len() <= data.len(), "no escape stands for more than it is");
    if let Some(len) = ending_len(data) {
        let escape = data.get(data.len() - len..).unwrap_or_default();
        let step = step_to(DEPTH_MAX, escape, true);
        assert!(matches!(step, Step::Byte { len: whole, .. } if whole == len), "{step:?}, {len}");
    }
    assert_rewrite(data);
}

/// More bytes change no answer but [`Step::Short`], and that is not given for long.
fn assert_step(depth: u8, bytes: &[u8]) {
    let mut decided = None;
    for end in 1..=bytes.len().min(2 * RAW_BYTES_MAX) {
        let seen = bytes.get(..end).unwrap_or_default();
        let step = step_to(depth, seen, false);
        match (decided, step) {
            (None, Step::Short) => assert!(end < RAW_BYTES_MAX, "depth {depth}: {end} wait"),
            (None, _) => decided = Some(step),
            (Some(decided), _) => assert_eq!(decided, step, "depth {depth}: with {end} bytes"),
        }
        if let Step::Byte { len, .. } = step {
            assert!((2..=RAW_BYTES_MAX.min(end)).contains(&len), "depth {depth}: {len} of {end}");
        }
        let last = step_to(depth, seen, true);
        assert_ne!(last, Step::Short, "depth {depth}: nothing follows {end} bytes");
        assert!(
            step == Step::Short || step == last,
            "depth {depth}: {step:?} is {last:?} at the end"
        );
    }
}

/// An escape that is rewritten stands for the new byte in as many bytes; another one stays.
fn assert_rewrite(data: &[u8]) {
    let Step::Byte { len, .. } = step_to(DEPTH_MAX, data, true) else { return };
    let old = data.get(..len).unwrap_or_default();
    for byte in 0..=u8::MAX {
        let mut new = old.to_vec();
        if rewrite(&mut new, byte) {
            assert_eq!(step_to(DEPTH_MAX, &new, true), Step::Byte { byte, len });
        } else {
            assert!(new == old, "an escape that cannot be rewritten has changed");
        }
    }
}
