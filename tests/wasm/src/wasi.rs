//! The few calls of WASI that Rust's standard library makes in a module.
//!
//! As in Envoy there are no files, no arguments and no input; what is printed goes to the log.

use wasmtime::{Caller, Linker, Result, bail};

use crate::memory::{read, write, write_u32};
use crate::state::State;
use crate::status::Status;
use crate::world::Level;

type Guest<'a> = Caller<'a, State>;

const OK: u32 = 0;
const BAD_DESCRIPTOR: u32 = 8;
const FAULT: u32 = 21;
const NOT_THERE: u32 = 52;

pub(crate) fn link(linker: &mut Linker<State>) -> Result<()> {
    let wasi = "wasi_snapshot_preview1";
    linker.func_wrap(
        wasi,
        "fd_write",
        |mut guest: Guest<'_>, fd: u32, vectors: u32, count: u32, to: u32| {
            errno(print(&mut guest, fd, vectors, count, to))
        },
    )?;
    linker.func_wrap(wasi, "environ_sizes_get", |mut guest: Guest<'_>, count: u32, len: u32| {
        errno(environment_sizes(&mut guest, count, len))
    })?;
    linker.func_wrap(wasi, "environ_get", |mut guest: Guest<'_>, table: u32, text: u32| {
        errno(environment(&mut guest, table, text))
    })?;
    linker.func_wrap(wasi, "args_sizes_get", |mut guest: Guest<'_>, count: u32, len: u32| {
        errno(write_u32(&mut guest, count, 0).and_then(|()| write_u32(&mut guest, len, 0)))
    })?;
    linker.func_wrap(wasi, "args_get", |_: u32, _: u32| OK)?;
    linker.func_wrap(wasi, "random_get", |mut guest: Guest<'_>, at: u32, len: u32| {
        errno(random(&mut guest, at, len))
    })?;
    linker.func_wrap(wasi, "clock_time_get", |mut guest: Guest<'_>, _: u32, _: u64, to: u32| {
        let now = guest.data().world.now_nanos;
        errno(write(&mut guest, to, &now.to_le_bytes()))
    })?;
    linker.func_wrap(wasi, "proc_exit", |code: u32| -> Result<()> {
        bail!("the module called proc_exit({code})")
    })?;
    link_absent(linker, wasi)
}

/// Defines the calls that have nothing to work on here.
fn link_absent(linker: &mut Linker<State>, wasi: &str) -> Result<()> {
    linker.func_wrap(wasi, "sched_yield", || OK)?;
    linker.func_wrap(wasi, "fd_close", |_: u32| OK)?;
    linker.func_wrap(wasi, "fd_read", |_: u32, _: u32, _: u32, _: u32| NOT_THERE)?;
    linker.func_wrap(wasi, "fd_seek", |_: u32, _: i64, _: u32, _: u32| NOT_THERE)?;
    linker.func_wrap(wasi, "fd_fdstat_get", |_: u32, _: u32| BAD_DESCRIPTOR)?;
    linker.func_wrap(wasi, "fd_prestat_get", |_: u32, _: u32| BAD_DESCRIPTOR)?;
    linker.func_wrap(wasi, "fd_prestat_dir_name", |_: u32, _: u32, _: u32| BAD_DESCRIPTOR)?;
    linker.func_wrap(wasi, "poll_oneoff", |_: u32, _: u32, _: u32, _: u32| NOT_THERE)?;
    Ok(())
}

fn errno(result: std::result::Result<(), Status>) -> u32 {
    if result.is_ok() { OK } else { FAULT }
}

fn print(
    guest: &mut Guest<'_>,
    fd: u32,
    vectors: u32,
    count: u32,
    to: u32,
) -> std::result::Result<(), Status> {
    let mut text = Vec::new();
    for vector in read(guest, vectors, count * 8)?.chunks_exact(8) {
        let (at, len) = vector.split_at(4);
        let number = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().expect("four bytes"));
        text.extend(read(guest, number(at), number(len))?);
    }
    let level = if fd == 2 { Level::Error } else { Level::Info };
    let line = text.strip_suffix(b"\n").unwrap_or(&text);
    if !line.is_empty() {
        guest.data_mut().world.log(level, line);
    }
    write_u32(guest, to, text.len() as u32)
}

fn variables(guest: &Guest<'_>) -> Vec<Vec<u8>> {
    let pairs = guest.data().world.environment.iter();
    pairs.map(|(name, value)| format!("{name}={value}\0").into_bytes()).collect()
}

fn environment_sizes(
    guest: &mut Guest<'_>,
    count: u32,
    len: u32,
) -> std::result::Result<(), Status> {
    let variables = variables(guest);
    write_u32(guest, count, variables.len() as u32)?;
    write_u32(guest, len, variables.concat().len() as u32)
}

fn environment(guest: &mut Guest<'_>, table: u32, text: u32) -> std::result::Result<(), Status> {
    let (mut table, mut text) = (table, text);
    for variable in variables(guest) {
        write_u32(guest, table, text)?;
        write(guest, text, &variable)?;
        table += 4;
        text += variable.len() as u32;
    }
    Ok(())
}

fn random(guest: &mut Guest<'_>, at: u32, len: u32) -> std::result::Result<(), Status> {
    let world = &mut guest.data_mut().world;
    let bytes: Vec<u8> = (0..len.div_ceil(8)).flat_map(|_| world.random()).collect();
    write(guest, at, &bytes[..len as usize])
}
