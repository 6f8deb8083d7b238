//! The hostcalls that only an injecting module makes: shared data, the tick, randomness, and going on with
//! a stream that was held. As in [`crate::abi`], every status comes back as a `Result`.

#![allow(unsafe_code)] // As in `abi`: each call says why it is sound.

use hushgate::policy::Direction;

use crate::abi::{self, HostError, HostResult, NOT_FOUND};

/// "Compare-and-swap mismatch": another worker was first.
const MISMATCH: u32 = 8;

/// The ABI's numbers of the two streams.
const REQUEST: u32 = 0;
const RESPONSE: u32 = 1;

/// Bytes of shared data and the number of their version; `None` where there are none.
///
/// # Errors
/// As the host says.
pub fn shared_data(key: &str) -> HostResult<Option<(Vec<u8>, u32)>> {
    let mut version = 0;
    let bytes = abi::returned("proxy_get_shared_data", |data, size| {
        // SAFETY: the key is live for the call, the others point to live locals.
        unsafe { raw::proxy_get_shared_data(key.as_ptr(), key.len(), data, size, &raw mut version) }
    });
    match bytes {
        Ok(bytes) => Ok(Some((bytes, version))),
        Err(HostError { status: NOT_FOUND, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes shared data. With a version, only if that is still the one there; 0 is any. Says whether it was written.
///
/// # Errors
/// As the host says.
pub fn set_shared_data(key: &str, bytes: &[u8], version: u32) -> HostResult<bool> {
    // SAFETY: the slices are live for the call; the host copies them.
    let status = unsafe {
        raw::proxy_set_shared_data(key.as_ptr(), key.len(), bytes.as_ptr(), bytes.len(), version)
    };
    if status == MISMATCH {
        return Ok(false);
    }
    abi::checked("proxy_set_shared_data", status).map(|()| true)
}

/// Sets the time between two ticks of the root context, in milliseconds; 0 is never.
///
/// # Errors
/// As the host says.
pub fn set_tick_period(milliseconds: u32) -> HostResult<()> {
    // SAFETY: a plain number.
    let status = unsafe { raw::proxy_set_tick_period_milliseconds(milliseconds) };
    abi::checked("proxy_set_tick_period_milliseconds", status)
}

/// Makes the next calls be about another context.
///
/// # Errors
/// Where there is no such context any more.
pub fn set_effective_context(id: u32) -> HostResult<()> {
    // SAFETY: a plain number.
    let status = unsafe { raw::proxy_set_effective_context(id) };
    abi::checked("proxy_set_effective_context", status)
}

/// Lets a held message go on. The header map is out of reach afterwards.
///
/// # Errors
/// As the host says.
pub fn go_on(direction: Direction) -> HostResult<()> {
    let stream = match direction {
        Direction::Request => REQUEST,
        Direction::Response => RESPONSE,
    };
    // SAFETY: a plain number.
    abi::checked("proxy_continue_stream", unsafe { raw::proxy_continue_stream(stream) })
}

/// Random bytes of the host.
///
/// # Errors
/// As the host says.
pub fn random<const N: usize>() -> HostResult<[u8; N]> {
    let mut bytes = [0; N];
    // SAFETY: the array is a live local of N bytes.
    let status = unsafe { raw::random_get(bytes.as_mut_ptr(), N) };
    abi::checked("random_get", status).map(|()| bytes)
}

mod raw {
    crate::raw::hostcalls! {
        "env":
        fn proxy_get_shared_data(
            key: *const u8, key_len: usize, data: *mut *mut u8, size: *mut usize, version: *mut u32
        );
        fn proxy_set_shared_data(
            key: *const u8, key_len: usize, data: *const u8, len: usize, version: u32
        );
        fn proxy_set_tick_period_milliseconds(milliseconds: u32);
        fn proxy_set_effective_context(id: u32);
        fn proxy_continue_stream(stream: u32);
    }

    crate::raw::hostcalls! {
        "wasi_snapshot_preview1":
        fn random_get(bytes: *mut u8, len: usize);
    }
}
