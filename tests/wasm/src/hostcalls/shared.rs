//! Data and queues that modules share.

use std::collections::VecDeque;

use wasmtime::{Caller, Linker, Result};

use super::{Answer, answer, finish};
use crate::memory::{give, read, write_u32};
use crate::state::State;
use crate::status::Status;

type Guest<'a> = Caller<'a, State>;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    macro_rules! hostcall {
        ($name:literal, $call:ident ( $($arg:ident),* )) => {
            linker.func_wrap("env", $name, |mut guest: Guest<'_>, $($arg: u32),*| {
                let answer = $call(&mut guest, $($arg),*);
                finish(&mut guest, $name, answer)
            })?;
        };
    }
    hostcall!("proxy_get_shared_data", data(key, key_len, to, to_len, to_cas));
    hostcall!("proxy_set_shared_data", set_data(key, key_len, at, len, cas));
    hostcall!("proxy_register_shared_queue", register(name, name_len, to));
    hostcall!("proxy_resolve_shared_queue", resolve(vm, vm_len, name, name_len, to));
    hostcall!("proxy_enqueue_shared_queue", enqueue(token, at, len));
    hostcall!("proxy_dequeue_shared_queue", dequeue(token, to, to_len));
    Ok(())
}

/// Without a zone for it NGINX traps.
fn zone(guest: &mut Guest<'_>) {
    if !guest.data().has_shared_zone {
        guest.data_mut().trap_in_nginx("there is no shm_kv");
    }
}

fn data(guest: &mut Guest<'_>, key: u32, key_len: u32, to: u32, to_len: u32, cas: u32) -> Answer {
    zone(guest);
    let key = read(guest, key, key_len)?;
    let entry = guest.data().world.shared.get(&key).cloned();
    let (value, version) = entry.ok_or(Status::NotFound)?;
    give(guest, &value, to, to_len)?;
    write_u32(guest, cas, version)
}

fn set_data(guest: &mut Guest<'_>, key: u32, key_len: u32, at: u32, len: u32, cas: u32) -> Answer {
    let (key, value) = (read(guest, key, key_len)?, read(guest, at, len)?);
    zone(guest);
    let always = guest.data().profile.is_nginx();
    answer(guest.data_mut().world.share(&key, &value, cas, always))
}

/// NGINX has no queues.
fn queues(guest: &Guest<'_>) -> Answer {
    if guest.data().profile.is_nginx() { Err(Status::Unimplemented) } else { Ok(()) }
}

fn position(guest: &Guest<'_>, name: &[u8]) -> Option<u32> {
    let at = guest.data().world.queues.iter().position(|(known, _)| known == name)?;
    Some(at as u32 + 1)
}

fn register(guest: &mut Guest<'_>, name: u32, name_len: u32, to: u32) -> Answer {
    queues(guest)?;
    let name = read(guest, name, name_len)?;
    let token = match position(guest, &name) {
        Some(token) => token,
        None => {
            let queues = &mut guest.data_mut().world.queues;
            queues.push((name, VecDeque::new()));
            queues.len() as u32
        }
    };
    write_u32(guest, to, token)
}

/// Finds a queue by name. There is one VM, so its id does not matter.
fn resolve(
    guest: &mut Guest<'_>,
    _vm: u32,
    _len: u32,
    name: u32,
    name_len: u32,
    to: u32,
) -> Answer {
    queues(guest)?;
    let name = read(guest, name, name_len)?;
    let token = position(guest, &name).ok_or(Status::NotFound)?;
    write_u32(guest, to, token)
}

fn queue<'a>(
    guest: &'a mut Guest<'_>,
    token: u32,
) -> std::result::Result<&'a mut VecDeque<Vec<u8>>, Status> {
    let index = (token as usize).checked_sub(1).ok_or(Status::NotFound)?;
    let queue = guest.data_mut().world.queues.get_mut(index);
    queue.map(|(_, items)| items).ok_or(Status::NotFound)
}

fn enqueue(guest: &mut Guest<'_>, token: u32, at: u32, len: u32) -> Answer {
    queues(guest)?;
    let item = read(guest, at, len)?;
    queue(guest, token)?.push_back(item);
    Ok(())
}

fn dequeue(guest: &mut Guest<'_>, token: u32, to: u32, to_len: u32) -> Answer {
    queues(guest)?;
    let item = queue(guest, token)?.pop_front().ok_or(Status::Empty)?;
    give(guest, &item, to, to_len)
}
