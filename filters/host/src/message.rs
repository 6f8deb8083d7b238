//! A message in the proxy, by its direction: its callbacks, its header maps and its body.

use hushgate::{
    config::Host,
    exchange::Event,
    http::{HeaderEdit, Headers},
    policy::Direction,
};
use proxy_wasm::{
    traits::{Context, HttpContext},
    types::Action,
};

use crate::{
    abi::{self, Buffer, HostError, HostResult, Map},
    pairs,
};

/// What takes both messages of an exchange, a part at a time.
pub trait Messages {
    /// Headers have come, so many pairs of them.
    fn on_headers(&mut self, direction: Direction, count: usize, end_of_stream: bool) -> Action;

    /// The proxy has so many bytes of the body.
    fn on_body(&mut self, direction: Direction, size: usize, end_of_stream: bool) -> Action;

    /// Trailers have come, so many pairs of them.
    fn on_trailers(&mut self, direction: Direction, count: usize) -> Action;
}

/// The proxy's callbacks of an exchange, told by direction.
pub struct Callbacks<T>(pub(crate) T);

impl<T: Messages> Context for Callbacks<T> {}

impl<T: Messages> HttpContext for Callbacks<T> {
    fn on_http_request_headers(&mut self, count: usize, end_of_stream: bool) -> Action {
        self.0.on_headers(Direction::Request, count, end_of_stream)
    }

    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.0.on_body(Direction::Request, size, end_of_stream)
    }

    fn on_http_request_trailers(&mut self, count: usize) -> Action {
        self.0.on_trailers(Direction::Request, count)
    }

    fn on_http_response_headers(&mut self, count: usize, end_of_stream: bool) -> Action {
        self.0.on_headers(Direction::Response, count, end_of_stream)
    }

    fn on_http_response_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.0.on_body(Direction::Response, size, end_of_stream)
    }

    fn on_http_response_trailers(&mut self, count: usize) -> Action {
        self.0.on_trailers(Direction::Response, count)
    }
}

/// NGINX cuts a map off here, without a word.
const NGINX_PAIRS_MAX: usize = 100;

/// A map with as many pairs as the callback said: a proxy that hands over fewer has cut it off.
pub(crate) fn read_map(map: Map, count: usize, host: Host) -> HostResult<Headers> {
    let headers = pairs::read(abi::map_pairs(map)?).and_then(|headers| match host {
        Host::Envoy => (headers.len() == count).then_some(headers),
        // It may not count what stands for the request line.
        Host::Nginx => {
            let is_whole = (count..NGINX_PAIRS_MAX).contains(&headers.len());
            is_whole.then(|| as_in_envoy(&headers))
        }
    });
    headers.ok_or(HostError { call: "proxy_get_header_map_pairs", status: 0 })
}

/// What NGINX shows, in the form that the engine knows: names in lower case, and the client's host for the server's own name.
fn as_in_envoy(headers: &Headers) -> Headers {
    let is_host = |name: &[u8]| name.eq_ignore_ascii_case(b"host");
    let host = headers.iter().find(|(name, _)| is_host(name)).map_or(&[][..], |(_, host)| host);
    let lower: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .map(|(name, value)| if name == b":authority" { (name, host) } else { (name, value) })
        .collect();
    lower.iter().map(|(name, value)| (name.as_slice(), *value)).collect()
}

/// The bytes of a body from a place up to its size: all of them, or it is a failure.
pub(crate) fn read_body(direction: Direction, from: usize, size: usize) -> HostResult<Vec<u8>> {
    let new = size.saturating_sub(from);
    if new == 0 {
        // The last call of a body often brings nothing: that much is known without asking.
        return Ok(Vec::new());
    }
    let bytes = abi::buffer(body_of(direction), from, new)?;
    let is_all = bytes.len() == new;
    is_all.then_some(bytes).ok_or(HostError { call: "proxy_get_buffer_bytes", status: 0 })
}

/// The event that headers are, or that they could not be read.
pub(crate) fn of_headers(
    direction: Direction,
    read: &HostResult<Headers>,
    end_of_stream: bool,
) -> Event<'_> {
    match read {
        Ok(headers) => Event::Headers { direction, headers, end_of_stream },
        Err(_) => Event::HostError { direction },
    }
}

/// The same of a part of a body.
pub(crate) fn of_body(
    direction: Direction,
    read: &HostResult<Vec<u8>>,
    end_of_stream: bool,
) -> Event<'_> {
    match read {
        Ok(bytes) => Event::Body { direction, bytes, end_of_stream },
        Err(_) => Event::HostError { direction },
    }
}

/// The same of trailers.
pub(crate) fn of_trailers(direction: Direction, read: &HostResult<Headers>) -> Event<'_> {
    match read {
        Ok(trailers) => Event::Trailers { direction, trailers },
        Err(_) => Event::HostError { direction },
    }
}

/// Changes a header map, and the whole of what the proxy holds of the body.
pub(crate) fn change(
    direction: Direction,
    map: Map,
    headers: &[HeaderEdit],
    body: Option<&[u8]>,
) -> HostResult<()> {
    headers.iter().try_for_each(|edit| change_header(map, edit))?;
    body.map_or(Ok(()), |body| abi::set_buffer(body_of(direction), body))
}

/// One value is replaced in its place; of several all are removed and added again, since a replacement would leave
/// one (Envoy) or change the first alone (NGINX).
fn change_header(map: Map, edit: &HeaderEdit) -> HostResult<()> {
    match edit.values.as_slice() {
        [value] => abi::replace_map_value(map, &edit.name, value),
        values => {
            abi::remove_map_value(map, &edit.name)?;
            values.iter().try_for_each(|value| abi::add_map_value(map, &edit.name, value))
        }
    }
}

pub(crate) fn headers_of(direction: Direction) -> Map {
    match direction {
        Direction::Request => Map::RequestHeaders,
        Direction::Response => Map::ResponseHeaders,
    }
}

pub(crate) fn trailers_of(direction: Direction) -> Map {
    match direction {
        Direction::Request => Map::RequestTrailers,
        Direction::Response => Map::ResponseTrailers,
    }
}

fn body_of(direction: Direction) -> Buffer {
    match direction {
        Direction::Request => Buffer::RequestBody,
        Direction::Response => Buffer::ResponseBody,
    }
}
