//! The proxy's side of an exchange: which callback comes when, and what its answer brings about.
//!
//! The names and the order follow Envoy's filter manager for a chain of this one filter.

use crate::half::Stop;
use crate::map::Headers;
use crate::nginx;
use crate::reply::LocalReply;
use crate::state::{Deferred, Direction, StreamState};
use crate::vm::{Crashed, Vm};

use Direction::{Request, Response};

/// What a callback's answer amounts to.
enum Verdict {
    Continue,
    Pause,
    /// The direction has ended meanwhile: by a reply, a reset or a crash.
    Over,
}

/// Delivers headers. They are sent on unless the callback pauses.
pub(crate) fn headers(vm: &mut Vm, id: u32, direction: Direction, headers: Headers, end: bool) {
    if vm.state().profile.is_nginx() {
        return nginx::headers(vm, id, direction, headers, end);
    }
    let holds_body_back = !vm.state().profile.body_runs_while_headers_wait();
    let count = headers.len() as u32;
    let half = stream(vm, id).half_mut(direction);
    if half.over {
        return;
    }
    assert!(!half.headers_seen, "the {direction:?} headers came already");
    half.headers = headers;
    half.headers_seen = true;
    half.headers_open = true;
    half.ended = end;
    let name = match direction {
        Request => "proxy_on_request_headers",
        Response => "proxy_on_response_headers",
    };
    let verdict = callback(vm, id, direction, name, |vm| {
        vm.call::<_, u32>(id, name, (id, count, u32::from(end)))
    });
    let half = stream(vm, id).half_mut(direction);
    match verdict {
        Verdict::Continue => {
            half.headers_open = false;
            half.flush();
        }
        Verdict::Pause => half.stop = if holds_body_back { Stop::Frozen } else { Stop::Held },
        Verdict::Over => {}
    }
}

/// Delivers a piece of a body; `end` ends the message.
pub(crate) fn body(vm: &mut Vm, id: u32, direction: Direction, chunk: &[u8], end: bool) {
    if vm.state().profile.is_nginx() {
        return nginx::body(vm, id, direction, chunk, end);
    }
    let half = stream(vm, id).half_mut(direction);
    if half.over {
        return;
    }
    assert!(half.headers_seen && !half.ended, "a {direction:?} body out of order");
    half.ended = end;
    if half.stop == Stop::Frozen {
        half.frozen_body.get_or_insert_default().extend_from_slice(chunk);
        return;
    }
    if chunk.is_empty() && !end {
        return;
    }
    show_body(vm, id, direction, chunk, end);
}

/// Shows a body to the module: what is held and the new piece. No end is shown if trailers follow.
fn show_body(vm: &mut Vm, id: u32, direction: Direction, chunk: &[u8], end: bool) {
    let limit = vm.state().buffer_limit;
    let half = stream(vm, id).half_mut(direction);
    half.can_add_trailers = end;
    let body = &mut half.body;
    let held = body.held;
    body.receive(chunk);
    let len = body.len();
    let too_long = held && len > limit;
    if too_long && direction == Response {
        return too_large(vm, id, direction);
    }
    body.shown = true;
    let name = match direction {
        Request => "proxy_on_request_body",
        Response => "proxy_on_response_body",
    };
    let verdict = callback(vm, id, direction, name, |vm| {
        vm.call::<_, u32>(id, name, (id, len as u32, u32::from(end)))
    });
    let half = stream(vm, id).half_mut(direction);
    half.body.shown = false;
    half.can_add_trailers = false;
    match verdict {
        // Envoy shows a request that has grown too long once more, and then refuses it whatever is
        // said.
        Verdict::Continue | Verdict::Pause if too_long => too_large(vm, id, direction),
        Verdict::Continue => half.flush(),
        Verdict::Pause => {
            half.stop = Stop::Held;
            half.body.held = true;
            if half.body.len() > limit {
                too_large(vm, id, direction);
            }
        }
        Verdict::Over => {}
    }
}

/// Ends a body with trailers that another filter has added: Envoy lets go of them if the module holds the body.
pub(crate) fn added_trailers(vm: &mut Vm, id: u32, direction: Direction, trailers: Headers) {
    if vm.state().profile.is_nginx() {
        // It shows none, and sends none on.
        return nginx::body(vm, id, direction, b"", true);
    }
    let half = stream(vm, id).half_mut(direction);
    if !half.over && half.stop != Stop::Frozen {
        show_body(vm, id, direction, &[], false);
        if stream(vm, id).half(direction).stop == Stop::Held {
            return;
        }
    }
    self::trailers(vm, id, direction, trailers);
}

/// Delivers trailers, which end the message.
pub(crate) fn trailers(vm: &mut Vm, id: u32, direction: Direction, trailers: Headers) {
    if vm.state().profile.is_nginx() {
        // It shows none, and sends none on.
        return nginx::body(vm, id, direction, b"", true);
    }
    let half = stream(vm, id).half_mut(direction);
    if half.over {
        return;
    }
    assert!(half.headers_seen && !half.ended, "{direction:?} trailers out of order");
    half.ended = true;
    if half.stop == Stop::Frozen {
        half.frozen_trailers = Some(trailers);
        return;
    }
    show_trailers(vm, id, direction, trailers);
}

fn show_trailers(vm: &mut Vm, id: u32, direction: Direction, trailers: Headers) {
    let count = trailers.len() as u32;
    let half = stream(vm, id).half_mut(direction);
    half.trailers = Some(trailers);
    half.trailers_open = true;
    let name = match direction {
        Request => "proxy_on_request_trailers",
        Response => "proxy_on_response_trailers",
    };
    let verdict = callback(vm, id, direction, name, |vm| vm.call::<_, u32>(id, name, (id, count)));
    let half = stream(vm, id).half_mut(direction);
    match verdict {
        Verdict::Continue => {
            half.trailers_open = false;
            half.flush();
        }
        Verdict::Pause => half.stop = Stop::Held,
        Verdict::Over => {}
    }
}

/// Runs one callback, what it deferred, and says what its answer means for its direction.
fn callback(
    vm: &mut Vm,
    id: u32,
    direction: Direction,
    name: &str,
    call: impl FnOnce(&mut Vm) -> Result<Option<u32>, Crashed>,
) -> Verdict {
    let generation = vm.state().generation;
    if stream(vm, id).failed {
        // Envoy does not ask the module about the reply that it sends for a crash.
        return Verdict::Continue;
    }
    if stream(vm, id).generation != generation {
        fail(vm, id);
        return Verdict::Over;
    }
    let answer = call(vm);
    let Ok(answer) = answer else {
        fail(vm, id);
        return Verdict::Over;
    };
    let replied = std::mem::take(&mut vm.state_mut().replied);
    if !matches!(answer, None | Some(0 | 1)) {
        vm.state_mut().world.fault(format!("{name} returned {answer:?}"));
    }
    run_deferred(vm);
    if stream(vm, id).half(direction).over {
        Verdict::Over
    } else if replied || answer.is_some_and(|action| action != 0) {
        Verdict::Pause
    } else {
        Verdict::Continue
    }
}

/// Does what hostcalls asked for during the callback that has just returned.
///
/// Envoy does it before it looks at what the callback returned.
pub(crate) fn run_deferred(vm: &mut Vm) {
    for action in std::mem::take(&mut vm.state_mut().deferred) {
        match action {
            Deferred::Resume(id, direction) => resume(vm, id, direction),
            Deferred::Close(id) if known(vm, id) => reset(stream(vm, id)),
            Deferred::Close(_) => {}
            Deferred::Reply(id, reply) => local_reply(vm, id, reply),
        }
    }
}

/// Lets a paused direction go on.
fn resume(vm: &mut Vm, id: u32, direction: Direction) {
    if !known(vm, id) {
        return;
    }
    if vm.state().profile.is_nginx() {
        return nginx::resume(vm, id, direction);
    }
    let half = stream(vm, id).half_mut(direction);
    if half.over {
        return;
    }
    half.headers_open = false;
    half.trailers_open = false;
    match half.stop {
        Stop::No => vm.state_mut().world.fault("proxy_continue_stream without a pause"),
        Stop::Held => half.flush(),
        Stop::Frozen => thaw(vm, id, direction),
    }
}

/// Sends frozen headers on and shows the module what came behind them, the body in one piece.
fn thaw(vm: &mut Vm, id: u32, direction: Direction) {
    let half = stream(vm, id).half_mut(direction);
    let (body, trailers) = (half.frozen_body.take(), half.frozen_trailers.take());
    let ended = half.ended;
    // The headers alone end the message only if nothing waits behind them.
    half.ended = ended && body.is_none() && trailers.is_none();
    half.flush();
    half.ended = ended;
    if let Some(body) = body {
        show_body(vm, id, direction, &body, ended && trailers.is_none());
    }
    if let Some(trailers) = trailers
        && !stream(vm, id).half(direction).over
    {
        show_trailers(vm, id, direction, trailers);
    }
}

/// Ends the request with a reply, or replaces the response if none of it has been sent.
pub(crate) fn local_reply(vm: &mut Vm, id: u32, reply: LocalReply) {
    if !known(vm, id) {
        return;
    }
    if vm.state().profile.is_nginx() {
        return nginx::local_reply(vm, id, reply);
    }
    if stream(vm, id).reply.is_some() {
        vm.state_mut().world.fault("a second local reply on one stream");
        // Envoy lets one from a response callback take the place of the first, drops one from the
        // same request callback, and dies of two from the same response callback.
        let response = &stream(vm, id).response;
        if response.over || response.headers_sent() || !response.headers_seen {
            return;
        }
    }
    let state = stream(vm, id);
    let (headers, body_bytes) = reply.response_to(&state.request.headers);
    state.reply = Some(reply);
    state.request.reset();
    if state.response.headers_sent() {
        // Too late for another response: all that is left is to cut this one.
        reset(state);
    } else if state.response.headers_seen {
        state.response.send_instead(headers, body_bytes);
    } else {
        self::headers(vm, id, Response, headers, body_bytes.is_empty());
        if !body_bytes.is_empty() {
            body(vm, id, Response, &body_bytes, true);
        }
        // What the upstream may still send is for nobody.
    }
}

fn too_large(vm: &mut Vm, id: u32, direction: Direction) {
    let state = stream(vm, id);
    state.overflow = Some(direction);
    if state.reply.is_some() && direction == Response {
        // The reply itself does not fit: there is nothing better to say.
        return reset(state);
    }
    let reply = match direction {
        Request => LocalReply::of_host(413, "Payload Too Large", "request_payload_too_large"),
        Response => LocalReply::of_host(500, "Internal Server Error", "response_payload_too_large"),
    };
    local_reply(vm, id, reply);
}

/// Answers 503 for a crash, or cuts the response if it has begun. The module is not asked again.
fn fail(vm: &mut Vm, id: u32) {
    let status = if vm.state().profile.is_nginx() { 500 } else { 503 };
    let state = stream(vm, id);
    if std::mem::replace(&mut state.failed, true) {
        return;
    }
    state.request.reset();
    if state.response.headers_sent() {
        return reset(state);
    }
    let reply = LocalReply::of_host(status, "", "wasm_fail_stream");
    let (headers, body) = reply.response_to(&state.request.headers);
    state.reply = Some(reply);
    state.response.send_instead(headers, body);
}

/// Refuses a stream for which there is no working instance.
pub(crate) fn refuse(vm: &mut Vm, id: u32) {
    fail(vm, id);
}

pub(crate) fn reset(state: &mut StreamState) {
    state.request.reset();
    state.response.reset();
}

/// Ends a stream, once: the log callback, then done, then delete.
pub(crate) fn finish(vm: &mut Vm, id: u32) {
    let generation = vm.state().generation;
    let state = stream(vm, id);
    let unknown = state.failed || state.generation != generation;
    reset(state);
    if std::mem::replace(&mut state.finished, true) || unknown {
        return;
    }
    stream(vm, id).logging = true;
    let done = vm.call::<_, ()>(id, "proxy_on_log", (id,)).and_then(|_| {
        stream(vm, id).logging = false;
        vm.call::<_, u32>(id, "proxy_on_done", (id,))
    });
    if done.is_ok() {
        // A crash here hurts no stream; the next one finds a fresh instance.
        let _ = vm.call::<_, ()>(id, "proxy_on_delete", (id,));
    }
}

fn known(vm: &Vm, id: u32) -> bool {
    vm.state().streams.contains_key(&id)
}

pub(crate) fn stream(vm: &mut Vm, id: u32) -> &mut StreamState {
    vm.state_mut().streams.get_mut(&id).expect("the stream exists until its handle is dropped")
}
