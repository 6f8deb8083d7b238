//! Header and trailer maps.

use wasmtime::{Caller, Linker, Result};

use super::{Answer, finish};
use crate::map::Headers;
use crate::memory::{give, read, write_u32};
use crate::state::{Phase, State};
use crate::status::Status;

type Guest<'a> = Caller<'a, State>;

/// The last kind of map.
const MAP_MAX: u32 = 7;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    macro_rules! hostcall {
        ($name:literal, $call:ident ( $($arg:ident),* )) => {
            linker.func_wrap("env", $name, |mut guest: Guest<'_>, $($arg: u32),*| {
                let answer = $call(&mut guest, $($arg),*);
                finish(&mut guest, $name, answer)
            })?;
        };
    }
    hostcall!("proxy_get_header_map_pairs", pairs(kind, to, to_len));
    hostcall!("proxy_set_header_map_pairs", set_pairs(kind, at, len));
    hostcall!("proxy_get_header_map_size", size(kind, to));
    hostcall!("proxy_get_header_map_value", value(kind, name, name_len, to, to_len));
    hostcall!("proxy_add_header_map_value", add(kind, name, name_len, at, len));
    hostcall!("proxy_replace_header_map_value", replace(kind, name, name_len, at, len));
    hostcall!("proxy_remove_header_map_value", remove(kind, name, name_len));
    Ok(())
}

fn reachable<'a>(
    guest: &'a mut Guest<'_>,
    kind: u32,
) -> std::result::Result<&'a mut Headers, Status> {
    let state = guest.data_mut();
    if kind == 2 && state.phase == Phase::ResponseBody {
        state.trap_in_nginx("the response's headers have been sent");
    }
    state.map_mut(kind).ok_or(Status::BadArgument)
}

/// Reads all pairs. No pairs are a null address.
///
/// Envoy answers the same, with a good status, for a map out of reach: a filter that trusts it
/// believes that there are no headers. So it is a fault here as well.
fn pairs(guest: &mut Guest<'_>, kind: u32, to: u32, to_len: u32) -> Answer {
    if kind > MAP_MAX {
        return Err(Status::BadArgument);
    }
    let is_nginx = guest.data().profile.is_nginx();
    let wire = match guest.data_mut().map(kind) {
        Some(map) if !map.is_empty() && is_nginx => map.to_wire_of_nginx(),
        Some(map) if !map.is_empty() => map.to_wire(),
        Some(_) => Vec::new(),
        None => {
            let fault = format!("proxy_get_header_map_pairs: map {kind} is out of reach");
            guest.data_mut().world.fault(fault);
            Vec::new()
        }
    };
    give(guest, &wire, to, to_len)
}

fn set_pairs(guest: &mut Guest<'_>, kind: u32, at: u32, len: u32) -> Answer {
    let wire = read(guest, at, len)?;
    *reachable(guest, kind)? = Headers::from_wire(&wire);
    Ok(())
}

fn size(guest: &mut Guest<'_>, kind: u32, to: u32) -> Answer {
    let map = reachable(guest, kind)?;
    let bytes: usize = map.iter().map(|(name, value)| name.len() + value.len()).sum();
    write_u32(guest, to, bytes as u32)
}

/// Reads the first of a name's values. While logging, a map that never was is one without the name.
fn value(
    guest: &mut Guest<'_>,
    kind: u32,
    name: u32,
    name_len: u32,
    to: u32,
    to_len: u32,
) -> Answer {
    let name = read(guest, name, name_len)?;
    let logging = guest.data_mut().stream().is_some_and(|stream| stream.logging);
    let absent = if logging { Status::NotFound } else { Status::BadArgument };
    let map = guest.data_mut().map(kind).ok_or(absent)?;
    let value = map.value(&name).ok_or(Status::NotFound)?.to_vec();
    give(guest, &value, to, to_len)
}

fn add(guest: &mut Guest<'_>, kind: u32, name: u32, name_len: u32, at: u32, len: u32) -> Answer {
    let (name, value) = (read(guest, name, name_len)?, read(guest, at, len)?);
    reachable(guest, kind)?.add(&name, &value);
    Ok(())
}

fn replace(
    guest: &mut Guest<'_>,
    kind: u32,
    name: u32,
    name_len: u32,
    at: u32,
    len: u32,
) -> Answer {
    let (name, value) = (read(guest, name, name_len)?, read(guest, at, len)?);
    let is_nginx = guest.data().profile.is_nginx();
    let map = reachable(guest, kind)?;
    if is_nginx {
        map.replace_first(&name, &value)
    } else {
        map.replace(&name, &value)
    }
    Ok(())
}

fn remove(guest: &mut Guest<'_>, kind: u32, name: u32, name_len: u32) -> Answer {
    let name = read(guest, name, name_len)?;
    let still_sent: Headers = match (guest.data().profile.is_nginx(), kind) {
        (true, 0) => {
            let map = reachable(guest, kind)?;
            map.values(&name).map(|value| (name.clone(), value.to_vec())).collect()
        }
        _ => Headers::new(),
    };
    reachable(guest, kind)?.remove(&name);
    if let Some(stream) = guest.data_mut().stream() {
        still_sent.iter().for_each(|(name, value)| stream.request.removed.add(name, value));
    }
    Ok(())
}
