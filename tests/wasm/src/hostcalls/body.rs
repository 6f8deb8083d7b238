//! Bodies and configurations: the buffers.

use wasmtime::{Caller, Linker, Result};

use super::{Answer, answer, finish};
use crate::memory::{give, read, write_u32};
use crate::state::{Direction, State};
use crate::status::Status;

type Guest<'a> = Caller<'a, State>;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(
        "env",
        "proxy_get_buffer_bytes",
        |mut guest: Guest<'_>, kind: u32, start: u32, max: u32, to: u32, to_len: u32| {
            let answer = bytes(&mut guest, kind, start, max, to, to_len);
            finish(&mut guest, "proxy_get_buffer_bytes", answer)
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_set_buffer_bytes",
        |mut guest: Guest<'_>, kind: u32, start: u32, len: u32, at: u32, at_len: u32| {
            let answer = set_bytes(&mut guest, kind, start, len, at, at_len);
            finish(&mut guest, "proxy_set_buffer_bytes", answer)
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_get_buffer_status",
        |mut guest: Guest<'_>, kind: u32, to_len: u32, to_flags: u32| {
            let answer = status(&mut guest, kind, to_len, to_flags);
            finish(&mut guest, "proxy_get_buffer_status", answer)
        },
    )?;
    Ok(())
}

/// Reads a range. Nothing there leaves the caller's pointers as they are, as in Envoy.
fn bytes(guest: &mut Guest<'_>, kind: u32, start: u32, max: u32, to: u32, to_len: u32) -> Answer {
    let bytes = guest.data_mut().read(kind, start as usize, max as usize)?.to_vec();
    if bytes.is_empty() {
        return Ok(());
    }
    give(guest, &bytes, to, to_len)
}

fn set_bytes(
    guest: &mut Guest<'_>,
    kind: u32,
    start: u32,
    len: u32,
    at: u32,
    at_len: u32,
) -> Answer {
    let new = read(guest, at, at_len)?;
    let direction = match kind {
        0 => Direction::Request,
        1 => Direction::Response,
        // Configurations and answers to calls can only be read.
        _ => return Err(Status::BadArgument),
    };
    let is_nginx = guest.data().profile.is_nginx();
    let body = guest.data_mut().body(direction)?;
    answer(match is_nginx {
        true => body.write_in_nginx(start as usize, len as usize, &new),
        false => body.write(start as usize, len as usize, &new),
    })
}

fn status(guest: &mut Guest<'_>, kind: u32, to_len: u32, to_flags: u32) -> Answer {
    let len = guest.data_mut().read(kind, 0, usize::MAX)?.len();
    write_u32(guest, to_len, len as u32)?;
    write_u32(guest, to_flags, 0)
}
