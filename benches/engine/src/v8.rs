//! What Node calls: the inputs are made inside the module, so that no byte crosses the border
//! while the clock runs.
//!
//! Built by `benches/run.sh v8` for `wasm32-unknown-unknown` and called by `benches/v8.mjs`.

use std::cell::RefCell;

use crate::corpus::{self, CORPUS_BYTES, Kind};
use crate::hostile::{HOSTILE, HOSTILE_BYTES};
use crate::pump;

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static COPY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// How many inputs there are: the clean kinds first.
#[unsafe(no_mangle)]
#[allow(unsafe_code)] // An exported name is all: nothing here is unsafe to call.
pub extern "C" fn inputs() -> usize {
    Kind::ALL.len() + HOSTILE.len()
}

/// How many of the inputs are clean traffic.
#[unsafe(no_mangle)]
#[allow(unsafe_code)] // As above.
pub extern "C" fn clean_inputs() -> usize {
    Kind::ALL.len()
}

/// Where an input's name lies in memory: the address in the upper half, the length in the lower.
#[unsafe(no_mangle)]
#[allow(unsafe_code)] // As above.
pub extern "C" fn name(input: usize) -> u64 {
    let name = match Kind::ALL.get(input) {
        Some(kind) => kind.name(),
        None => HOSTILE[input - Kind::ALL.len()].name,
    };
    (name.as_ptr() as u64) << 32 | name.len() as u64
}

/// Makes an input, and says how long it is.
#[unsafe(no_mangle)]
#[allow(unsafe_code)] // As above.
pub extern "C" fn load(input: usize) -> usize {
    let bytes = match Kind::ALL.get(input) {
        Some(kind) => corpus::generate(*kind, CORPUS_BYTES),
        None => HOSTILE[input - Kind::ALL.len()].generate(HOSTILE_BYTES),
    };
    let len = bytes.len();
    COPY.set(vec![0; len]);
    INPUT.set(bytes);
    len
}

/// Runs the loaded input through the engine in chunks (0: in one piece); gives the findings.
#[unsafe(no_mangle)]
#[allow(unsafe_code)] // As above.
pub extern "C" fn redact(chunk: usize) -> usize {
    let chunk = if chunk == 0 { usize::MAX } else { chunk };
    INPUT.with_borrow(|input| pump::redact(input, chunk).findings)
}

/// Copies the loaded input: the limit of anything that moves bytes.
#[unsafe(no_mangle)]
#[allow(unsafe_code)] // As above.
pub extern "C" fn copy() -> usize {
    INPUT.with_borrow(|input| {
        COPY.with_borrow_mut(|copy| {
            std::hint::black_box(&mut *copy).copy_from_slice(input);
            copy.len()
        })
    })
}

/// Looks for a byte that is not there: the limit of anything that reads bytes.
#[unsafe(no_mangle)]
#[allow(unsafe_code)] // As above.
pub extern "C" fn search() -> usize {
    INPUT.with_borrow(|input| usize::from(memchr::memchr(pump::ABSENT, input).is_some()))
}
