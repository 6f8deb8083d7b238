//! Properties, and the state that a module leaves for the access log.

use wasmtime::{Caller, Linker, Result};

use super::{Answer, finish};
use crate::memory::{give, read};
use crate::state::State;
use crate::status::Status;

type Guest<'a> = Caller<'a, State>;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(
        "env",
        "proxy_get_property",
        |mut guest: Guest<'_>, path: u32, path_len: u32, to: u32, to_len: u32| {
            let answer = property(&mut guest, path, path_len, to, to_len);
            finish(&mut guest, "proxy_get_property", answer)
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_set_property",
        |mut guest: Guest<'_>, path: u32, path_len: u32, at: u32, len: u32| {
            let answer = set_property(&mut guest, path, path_len, at, len);
            finish(&mut guest, "proxy_set_property", answer)
        },
    )?;
    Ok(())
}

fn property(guest: &mut Guest<'_>, path: u32, path_len: u32, to: u32, to_len: u32) -> Answer {
    let path = read(guest, path, path_len)?;
    let value = find(guest.data_mut(), &path).ok_or(Status::NotFound)?;
    give(guest, &value, to, to_len)
}

/// Looks a property up: the stream's own first, then what its headers say, then the host's.
///
/// Without a stream only the node and the plugin can be asked for.
fn find(state: &mut State, path: &[u8]) -> Option<Vec<u8>> {
    if state.profile.is_nginx() {
        return find_in_nginx(state, path);
    }
    if let Some(stream) = state.stream() {
        if let Some(value) = stream.properties.get(path) {
            return Some(value.clone());
        }
    } else if ![&b"node"[..], b"plugin_", b"xds\0node"].iter().any(|root| path.starts_with(root)) {
        return None;
    }
    from_headers(state, path).or_else(|| state.world.properties.get(path).cloned())
}

/// NGINX knows its own variables, and of the others those that it can tell: all are texts.
fn find_in_nginx(state: &mut State, path: &[u8]) -> Option<Vec<u8>> {
    if state.configuring && path == b"plugin_name" {
        state.world.fault("the worker dies: plugin_name in on_configure");
    }
    if path == b"request\0host" {
        return Some(crate::nginx::SERVER_NAME.as_bytes().to_vec());
    }
    let is_own = path.starts_with(b"ngx\0") || path.starts_with(b"wasmx\0");
    let of_stream = state.stream().and_then(|stream| stream.properties.get(path).cloned());
    let of_world = || state.world.properties.get(path).cloned();
    is_own.then(|| of_stream.or_else(of_world)).flatten()
}

/// Answers from the header maps, while they can be reached.
fn from_headers(state: &mut State, path: &[u8]) -> Option<Vec<u8>> {
    let (kind, name): (u32, &[u8]) = match path {
        b"request\0method" => (0, b":method"),
        b"request\0path" | b"request\0url_path" => (0, b":path"),
        b"request\0host" => (0, b":authority"),
        b"request\0scheme" => (0, b":scheme"),
        b"response\0code" => (2, b":status"),
        _ => (0, path.strip_prefix(b"request\0headers\0")?),
    };
    let value = state.map(kind)?.value(name)?.to_vec();
    match path {
        b"request\0url_path" => value.split(|byte| *byte == b'?').next().map(<[u8]>::to_vec),
        b"response\0code" => {
            let code: i64 = std::str::from_utf8(&value).ok()?.parse().ok()?;
            Some(code.to_le_bytes().to_vec())
        }
        _ => Some(value),
    }
}

fn set_property(guest: &mut Guest<'_>, path: u32, path_len: u32, at: u32, len: u32) -> Answer {
    let (path, value) = (read(guest, path, path_len)?, read(guest, at, len)?);
    if path.starts_with(b"ngx\0") {
        guest.data_mut().trap_in_nginx("the variable cannot be changed");
    } else if guest.data().profile.is_nginx() && !path.starts_with(b"wasmx\0") {
        return Err(Status::BadArgument);
    }
    let stream = guest.data_mut().stream().ok_or(Status::NotFound)?;
    stream.properties.insert(path, value);
    Ok(())
}
