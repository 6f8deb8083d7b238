//! The status that a hostcall returns.

/// A status of the proxy-wasm ABI 0.2.1, with the names of the Rust SDK where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[non_exhaustive]
pub enum Status {
    /// The call succeeded.
    Ok = 0,
    /// There is no such thing.
    NotFound = 1,
    /// An argument is wrong, or the thing cannot be reached in this phase.
    BadArgument = 2,
    /// A pointer leads out of the module's memory.
    InvalidMemoryAccess = 6,
    /// The queue is empty.
    Empty = 7,
    /// The shared value has changed since it was read.
    CasMismatch = 8,
    /// The host does not have this call.
    Unimplemented = 12,
}

impl Status {
    /// Says whether a correct module may meet this status in everyday work.
    ///
    /// The others point at a mistake of the module: the SDK panics on most of them.
    pub(crate) fn is_everyday(self) -> bool {
        matches!(self, Status::Ok | Status::NotFound | Status::Empty | Status::CasMismatch)
    }
}
