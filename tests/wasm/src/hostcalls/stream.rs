//! Going on, replying, closing, and the context that the module acts for.
//!
//! None of it happens inside the callback: the host does it when the callback has returned.

use wasmtime::{Caller, Linker, Result};

use super::{Answer, finish};
use crate::map::Headers;
use crate::memory::read;
use crate::reply::LocalReply;
use crate::state::{Deferred, Direction, Phase, ROOT, State};
use crate::status::Status;

type Guest<'a> = Caller<'a, State>;

pub(super) fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap("env", "proxy_continue_stream", |mut guest: Guest<'_>, kind: u32| {
        let answer = resume(guest.data_mut(), kind);
        finish(&mut guest, "proxy_continue_stream", answer)
    })?;
    linker.func_wrap("env", "proxy_close_stream", |mut guest: Guest<'_>, kind: u32| {
        let answer = close(guest.data_mut(), kind);
        finish(&mut guest, "proxy_close_stream", answer)
    })?;
    link_reply(linker)?;
    linker.func_wrap("env", "proxy_set_effective_context", |mut guest: Guest<'_>, id: u32| {
        let answer = act_for(guest.data_mut(), id);
        finish(&mut guest, "proxy_set_effective_context", answer)
    })?;
    // A module that asked to be waited for is not waited for here: streams end when the test says
    // so.
    linker.func_wrap("env", "proxy_done", || Status::Ok as u32)?;
    Ok(())
}

fn link_reply(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(
        "env",
        "proxy_send_local_response",
        |mut guest: Guest<'_>,
         status: u32,
         details: u32,
         details_len: u32,
         body: u32,
         body_len: u32,
         headers: u32,
         headers_len: u32,
         grpc_status: i32| {
            let texts = [(details, details_len), (body, body_len), (headers, headers_len)];
            let answer = reply(&mut guest, status, texts, grpc_status);
            finish(&mut guest, "proxy_send_local_response", answer)
        },
    )?;
    Ok(())
}

fn reply(guest: &mut Guest<'_>, status: u32, texts: [(u32, u32); 3], grpc: i32) -> Answer {
    let [details, body, headers] = texts.map(|(at, len)| read(guest, at, len));
    let reply = LocalReply {
        status,
        // Envoy puts an underscore in the place of white space.
        details: String::from_utf8_lossy(&details?).replace(char::is_whitespace, "_"),
        body: body?,
        headers: Headers::from_wire(&headers?),
        grpc_status: u32::try_from(grpc).ok().filter(|status| *status <= 16),
    };
    let state = guest.data_mut();
    if state.phase == Phase::ResponseBody {
        state.trap_in_nginx("the response has been sent");
    }
    let context = state.context();
    if state.streams.contains_key(&context) {
        state.deferred.push(Deferred::Reply(context, reply));
    }
    // Whatever the callback returns, its direction stops.
    state.replied = true;
    Ok(())
}

/// Asks for one direction to go on, and drops the request's maps at once in either case, as Envoy
/// does.
fn resume(state: &mut State, kind: u32) -> Answer {
    let direction = direction(kind)?;
    let context = state.context();
    if let Some(stream) = state.streams.get_mut(&context) {
        stream.request.headers_open = false;
        stream.request.trailers_open = false;
        stream.request.body.shown = false;
        state.deferred.push(Deferred::Resume(context, direction));
    }
    Ok(())
}

fn close(state: &mut State, kind: u32) -> Answer {
    direction(kind)?;
    if state.profile.is_nginx() {
        return Err(Status::Unimplemented);
    }
    let context = state.context();
    state.deferred.push(Deferred::Close(context));
    Ok(())
}

fn direction(kind: u32) -> std::result::Result<Direction, Status> {
    match kind {
        0 => Ok(Direction::Request),
        1 => Ok(Direction::Response),
        _ => Err(Status::BadArgument),
    }
}

fn act_for(state: &mut State, id: u32) -> Answer {
    if id != ROOT && !state.streams.contains_key(&id) {
        return Err(Status::BadArgument);
    }
    state.effective = id;
    Ok(())
}
