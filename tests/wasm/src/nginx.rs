//! NGINX with ngx_wasm_module 0.6.0: which callback comes when, and what its answer does not bring about.
//!
//! It was measured (docs/hosts.md); the module itself is not run here. What is worst is imitated, where a filter could be lucky.

use crate::drive::{run_deferred, stream};
use crate::half::Stop;
use crate::map::Headers;
use crate::reply::LocalReply;
use crate::state::{Direction, Phase, StreamState};
use crate::vm::Vm;

use Direction::{Request, Response};

/// What `:authority` and `request.host` say: the server's own name.
pub(crate) const SERVER_NAME: &str = "nginx.internal:8080";
/// `wasm_response_body_buffers`, by default 4 of 4 KiB: so much is buffered, once a response.
const RESPONSE_BUFFER_BYTES: usize = 16_384;
/// The pairs of a map that the module hands over; those behind are left out without a word.
pub(crate) const PAIRS_MAX: usize = 100;

/// What a callback's answer amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Continue,
    Pause,
    /// The module trapped, now or before.
    Trapped,
    /// A reply has ended the request.
    Over,
}

/// Delivers headers. They never end a message, as far as the callback is told.
pub(crate) fn headers(vm: &mut Vm, id: u32, direction: Direction, headers: Headers, end: bool) {
    let half = stream(vm, id).half_mut(direction);
    if half.over {
        return;
    }
    assert!(!half.headers_seen, "the {direction:?} headers came already");
    half.url = headers.value(":path").map(<[u8]>::to_vec);
    half.length = (!end).then(|| length(&headers)).flatten();
    half.headers = match direction {
        Request => shown(&headers),
        Response => headers,
    };
    half.headers_seen = true;
    half.headers_open = true;
    half.ended = end;
    let count = half.headers.iter().filter(|(name, _)| !name.starts_with(b":")).count() as u32;
    match direction {
        Request => {
            let name = "proxy_on_request_headers";
            match callback(vm, id, Phase::RequestHeaders, name, (count, 0)) {
                Verdict::Continue if end => finish_request(vm, id),
                Verdict::Pause => stream(vm, id).request.stop = Stop::Held,
                Verdict::Trapped => internal_error(vm, id),
                Verdict::Continue | Verdict::Over => {}
            }
        }
        Response => {
            let before = stream(vm, id).response.headers.clone();
            let name = "proxy_on_response_headers";
            // A Pause is not known here.
            let verdict = callback(vm, id, Phase::ResponseHeaders, name, (count, 0));
            let half = &mut stream(vm, id).response;
            if verdict == Verdict::Trapped {
                half.headers = before;
            }
            half.sent.headers = Some(half.headers.clone());
            if end {
                half.sent.chunks.extend(half.instead.take().filter(|body| !body.is_empty()));
                half.sent.complete = true;
            }
        }
    }
}

/// Takes a piece of a body; `end` ends the message.
pub(crate) fn body(vm: &mut Vm, id: u32, direction: Direction, chunk: &[u8], end: bool) {
    let half = stream(vm, id).half_mut(direction);
    if half.over {
        return;
    }
    assert!(half.headers_seen && !half.ended, "a {direction:?} body out of order");
    half.ended = end;
    match direction {
        Request => {
            half.unread.extend_from_slice(chunk);
            if end && half.stop == Stop::No {
                finish_request(vm, id);
            }
        }
        Response => response_body(vm, id, chunk, end),
    }
}

/// Shows the whole of a request's body, once, and sends the request.
fn finish_request(vm: &mut Vm, id: u32) {
    let limit = vm.state().client_body_buffer;
    let half = &mut stream(vm, id).request;
    let body = std::mem::take(&mut half.unread);
    if body.is_empty() {
        return send_request(stream(vm, id));
    }
    half.body.show(&body, body.len() > limit);
    let len = body.len() as u32;
    let verdict = callback(vm, id, Phase::RequestBody, "proxy_on_request_body", (len, 1));
    let half = &mut stream(vm, id).request;
    half.body.shown = false;
    match verdict {
        Verdict::Continue => send_request(stream(vm, id)),
        Verdict::Pause => half.stop = Stop::Held,
        Verdict::Trapped => internal_error(vm, id),
        Verdict::Over => {}
    }
}

/// Sends a request on: what a filter has removed of its headers is sent all the same.
fn send_request(state: &mut StreamState) {
    let half = &mut state.request;
    let is_changed = half.body.is_changed();
    let body = half.body.take();
    let mut headers = sent(&half.headers, &half.removed);
    if let Some(url) = &half.url {
        headers.replace(b":path", url);
    }
    if is_changed && headers.value("content-length").is_some() {
        headers.replace(b"content-length", body.len().to_string().as_bytes());
    }
    half.sent.headers = Some(headers);
    half.sent.chunks.extend(Some(body).filter(|body| !body.is_empty()));
    half.sent.complete = true;
}

/// Lets a request go on that was held.
pub(crate) fn resume(vm: &mut Vm, id: u32, direction: Direction) {
    let state = stream(vm, id);
    if direction == Response || state.request.over {
        return;
    }
    let was_held = std::mem::replace(&mut state.request.stop, Stop::No) == Stop::Held;
    if !was_held {
        vm.state_mut().world.fault("proxy_continue_stream without a pause");
    } else if state.request.body.len() > 0 {
        send_request(state);
    } else if state.request.ended {
        finish_request(vm, id);
    }
}

/// Shows what came: with a Content-Length no call says that it is the last, unless it is the only one.
fn response_body(vm: &mut Vm, id: u32, chunk: &[u8], end: bool) {
    let half = &mut stream(vm, id).response;
    let Some(length) = half.length else {
        if !chunk.is_empty() {
            show(vm, id, chunk, false, false);
        }
        if end {
            show(vm, id, b"", true, true);
        }
        return;
    };
    let before = half.seen;
    // What an upstream sends behind its length is dropped.
    let chunk = &chunk[..chunk.len().min(length - before)];
    half.seen += chunk.len();
    let is_last = half.seen >= length;
    if !chunk.is_empty() {
        show(vm, id, chunk, before == 0 && is_last, is_last);
    } else if length == 0 {
        half.sent.complete = true;
    }
}

fn show(vm: &mut Vm, id: u32, chunk: &[u8], end: bool, is_last: bool) {
    let half = &mut stream(vm, id).response;
    let has_length = half.length.is_some();
    let chunk = half.instead.take().unwrap_or_else(|| chunk.to_vec());
    let (mut shown, mut end) = (chunk, end);
    if let Some(mut buffered) = half.buffered.take() {
        buffered.extend(shown);
        if buffered.len() < RESPONSE_BUFFER_BYTES && !is_last {
            half.buffered = Some(buffered);
            return;
        }
        shown = buffered;
        end = is_last && !has_length;
    }
    half.body.show(&shown, false);
    let arguments = (shown.len() as u32, u32::from(end));
    let verdict = callback(vm, id, Phase::ResponseBody, "proxy_on_response_body", arguments);
    let half = &mut stream(vm, id).response;
    half.body.shown = false;
    let is_changed = half.body.is_changed();
    let mut out = half.body.take();
    match verdict {
        Verdict::Trapped => out = shown,
        Verdict::Pause if !half.has_buffered && !is_last => {
            half.has_buffered = true;
            half.buffered = Some(out);
            return;
        }
        _ => {}
    }
    // The last part goes with the mark of the end: a filter that leaves nothing of it takes both.
    half.sent.complete = is_last && !(is_changed && out.is_empty() && verdict != Verdict::Trapped);
    half.sent.chunks.extend(Some(out).filter(|out| !out.is_empty()));
}

/// Answers a request. Of a response that has headers already the first part of the body is replaced, and no more.
pub(crate) fn local_reply(vm: &mut Vm, id: u32, reply: LocalReply) {
    if stream(vm, id).reply.is_some() {
        return vm.state_mut().world.fault("a second local reply on one stream");
    }
    let state = stream(vm, id);
    let (headers, body) = reply.response_to(&sent(&state.request.headers, &state.request.removed));
    state.reply = Some(reply);
    if state.response.headers_seen {
        state.response.headers = headers;
        state.response.instead = Some(body);
        return;
    }
    state.request.reset();
    let is_bare = body.is_empty();
    self::headers(vm, id, Response, headers, is_bare);
    if !is_bare {
        self::body(vm, id, Response, &body, true);
    }
    stream(vm, id).response.over = true;
}

/// What a trap comes to in a request's phase.
fn internal_error(vm: &mut Vm, id: u32) {
    let state = stream(vm, id);
    state.request.reset();
    let reply = LocalReply::of_host(500, "", "wasm_trap");
    let (headers, body) = reply.response_to(&state.request.headers);
    state.reply = Some(reply);
    state.response.send_instead(headers, body);
}

/// Runs one callback and what it deferred.
fn callback(vm: &mut Vm, id: u32, phase: Phase, name: &str, arguments: (u32, u32)) -> Verdict {
    let generation = vm.state().generation;
    let state = stream(vm, id);
    if state.failed || state.generation != generation {
        state.failed = true;
        return Verdict::Trapped;
    }
    vm.state_mut().phase = phase;
    let calls = vm.state().world.calls.len();
    let answer = vm.call::<_, u32>(id, name, (id, arguments.0, arguments.1));
    vm.state_mut().phase = Phase::Root;
    let Ok(answer) = answer else {
        stream(vm, id).failed = true;
        return Verdict::Trapped;
    };
    let is_paused = answer.is_some_and(|action| action != 0);
    let state = vm.state_mut();
    if state.world.calls.len() > calls && !is_paused {
        state.world.fault("the worker dies: a dispatch, and then Continue");
    }
    run_deferred(vm);
    let is_over =
        matches!(phase, Phase::RequestHeaders | Phase::RequestBody) && stream(vm, id).request.over;
    match is_paused {
        _ if is_over => Verdict::Over,
        true => Verdict::Pause,
        false => Verdict::Continue,
    }
}

/// A request's headers as the module shows them: the host beside the server's name.
fn shown(headers: &Headers) -> Headers {
    let host = headers.value(":authority").map(<[u8]>::to_vec);
    let mut shown = headers.clone();
    if let Some(host) = host {
        shown.replace(b":authority", SERVER_NAME.as_bytes());
        shown.add(b"host", &host);
    }
    shown
}

/// A request's headers as the upstream gets them.
fn sent(headers: &Headers, removed: &Headers) -> Headers {
    let mut sent: Headers = headers.iter().chain(removed.iter()).collect();
    if let Some(host) = sent.value("host").map(<[u8]>::to_vec) {
        sent.replace(b":authority", &host);
        sent.remove(b"host");
    }
    sent
}

fn length(headers: &Headers) -> Option<usize> {
    std::str::from_utf8(headers.value("content-length")?).ok()?.parse().ok()
}
