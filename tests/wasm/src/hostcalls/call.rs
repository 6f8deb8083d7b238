//! HTTP calls, foreign functions and the status of calls.

use wasmtime::{Caller, Linker, Result};

use super::{Answer, finish};
use crate::map::Headers;
use crate::memory::{give, read, write_u32};
use crate::state::{Phase, ROOT, State};
use crate::status::Status;
use crate::world::HttpCall;

type Guest<'a> = Caller<'a, State>;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(
        "env",
        "proxy_http_call",
        |mut guest: Guest<'_>,
         cluster: u32,
         cluster_len: u32,
         headers: u32,
         headers_len: u32,
         body: u32,
         body_len: u32,
         trailers: u32,
         trailers_len: u32,
         timeout_ms: u32,
         to: u32| {
            let texts = [
                (cluster, cluster_len),
                (headers, headers_len),
                (body, body_len),
                (trailers, trailers_len),
            ];
            let answer = call(&mut guest, texts, timeout_ms, to);
            finish(&mut guest, "proxy_http_call", answer)
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_call_foreign_function",
        |mut guest: Guest<'_>, name: u32, len: u32, _: u32, _: u32, to: u32, to_len: u32| {
            let answer = foreign(&mut guest, name, len, to, to_len);
            finish(&mut guest, "proxy_call_foreign_function", answer)
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_get_status",
        |mut guest: Guest<'_>, to_code: u32, to: u32, to_len: u32| {
            let answer =
                write_u32(&mut guest, to_code, 0).and_then(|()| give(&mut guest, b"", to, to_len));
            finish(&mut guest, "proxy_get_status", answer)
        },
    )?;
    Ok(())
}

/// Notes a call; the test answers it. The cluster must be known and the request complete.
fn call(guest: &mut Guest<'_>, texts: [(u32, u32); 4], timeout_ms: u32, to: u32) -> Answer {
    let state = guest.data_mut();
    if matches!(state.phase, Phase::ResponseHeaders | Phase::ResponseBody) {
        state.trap_in_nginx("no call in a response's phase");
    } else if state.configuring {
        state.trap_in_nginx("no call in on_configure");
    } else if state.profile.is_nginx() && state.context() == ROOT && state.call_answer.is_some() {
        state.world.fault("the worker dies: a call from the answer to one of the root context");
        state.trap_in_nginx("SIGSEGV");
    }
    let [cluster, headers, body, trailers] = texts.map(|(at, len)| read(guest, at, len));
    let cluster = String::from_utf8_lossy(&cluster?).into_owned();
    let headers = Headers::from_wire(&headers?);
    let complete =
        [":method", ":path", ":authority"].iter().all(|name| headers.value(name).is_some());
    let world = &mut guest.data_mut().world;
    if !complete || !world.clusters.contains(&cluster) {
        return Err(Status::BadArgument);
    }
    let token = world.next_token;
    world.next_token += 1;
    let trailers = Headers::from_wire(&trailers?);
    world.calls.push(HttpCall { token, cluster, headers, body: body?, trailers, timeout_ms });
    write_u32(guest, to, token)
}

/// Knows one function, which returns nothing; the others are not found.
fn foreign(guest: &mut Guest<'_>, name: u32, len: u32, to: u32, to_len: u32) -> Answer {
    if read(guest, name, len)? != b"clear_route_cache" {
        return Err(Status::NotFound);
    }
    give(guest, b"", to, to_len)
}
