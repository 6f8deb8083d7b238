//! The calls that a module may make, as the proxy-wasm ABI 0.2.1 names them.
//!
//! Each returns a status. One that a correct module does not meet is also kept among the faults, so
//! that a test can say that there were none.

mod body;
mod call;
mod grpc;
mod headers;
mod log;
mod metric;
mod property;
mod shared;
mod stream;

use wasmtime::{Caller, Linker, Result, bail};

use crate::profile::Profile;
use crate::state::State;
use crate::status::Status;

/// What a hostcall comes to, before it is a number.
type Answer = std::result::Result<(), Status>;

/// Defines every hostcall.
pub(crate) fn link(linker: &mut Linker<State>, profile: Profile) -> Result<()> {
    log::link(linker, profile)?;
    headers::link(linker)?;
    body::link(linker)?;
    stream::link(linker)?;
    property::link(linker)?;
    metric::link(linker)?;
    shared::link(linker)?;
    call::link(linker)?;
    grpc::link(linker)
}

/// Turns an answer into its number, and remembers the ones that point at a mistake.
fn finish(caller: &mut Caller<'_, State>, name: &str, answer: Answer) -> Result<u32> {
    if let Some(reason) = caller.data_mut().trap.take() {
        bail!("{name} traps: {reason}");
    }
    let status = answer.err().unwrap_or(Status::Ok);
    if !status.is_everyday() {
        caller.data_mut().world.fault(format!("{name}: {status:?}"));
    }
    Ok(status as u32)
}

/// Turns a status into an answer.
fn answer(status: Status) -> Answer {
    if status == Status::Ok { Ok(()) } else { Err(status) }
}
