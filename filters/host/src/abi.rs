//! The hostcalls of proxy-wasm ABI 0.2.1, each with its status as a `Result`.
//!
//! The SDK's own wrappers panic on every status that they do not expect, and a panic in a proxy is an outage or a
//! leak. These return it. Values are bytes throughout: a header need not be UTF-8.

#![allow(unsafe_code)] // One of the two places where it is: each call below says why it is sound.

use std::{fmt, ptr};

/// A hostcall's status other than "ok".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostError {
    /// Which hostcall.
    pub call: &'static str,
    /// The status, as the ABI numbers them.
    pub status: u32,
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} returned status {}", self.call, self.status)
    }
}

impl std::error::Error for HostError {}

/// What a hostcall gives.
pub type HostResult<T> = Result<T, HostError>;

/// "Not found": there is no such value. "Empty": there are no bytes.
pub(crate) const NOT_FOUND: u32 = 1;
const EMPTY: u32 = 7;
/// What a reply that is no gRPC status says.
const NO_GRPC_STATUS: i32 = -1;

/// A header map; the ABI's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names say it.
pub enum Map {
    RequestHeaders = 0,
    RequestTrailers = 1,
    ResponseHeaders = 2,
    ResponseTrailers = 3,
    CallHeaders = 6,
}

/// A buffer; the ABI's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names say it.
pub enum Buffer {
    RequestBody = 0,
    ResponseBody = 1,
    CallBody = 4,
    PluginConfiguration = 7,
}

/// A kind of metric; the ABI's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names say it.
pub enum Metric {
    Counter = 0,
    Histogram = 2,
}

/// The level of a log line; the ABI's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names say it.
pub enum Level {
    Info = 2,
    Warn = 3,
    Error = 4,
}

/// The whole map in the ABI's form ([`crate::pairs`] reads it).
///
/// # Errors
/// As the host says: out of its callback a map cannot be reached.
pub fn map_pairs(map: Map) -> HostResult<Vec<u8>> {
    returned("proxy_get_header_map_pairs", |data, size| {
        // SAFETY: both point to live locals of `returned`.
        unsafe { raw::proxy_get_header_map_pairs(map as u32, data, size) }
    })
}

/// Replaces the value of a name, or adds it.
///
/// # Errors
/// As the host says.
pub fn replace_map_value(map: Map, name: &[u8], value: &[u8]) -> HostResult<()> {
    // SAFETY: the slices are live for the call; the host copies them.
    let status = unsafe {
        raw::proxy_replace_header_map_value(
            map as u32,
            name.as_ptr(),
            name.len(),
            value.as_ptr(),
            value.len(),
        )
    };
    checked("proxy_replace_header_map_value", status)
}

/// Adds a value to a name.
///
/// # Errors
/// As the host says.
pub fn add_map_value(map: Map, name: &[u8], value: &[u8]) -> HostResult<()> {
    // SAFETY: the slices are live for the call; the host copies them.
    let status = unsafe {
        raw::proxy_add_header_map_value(
            map as u32,
            name.as_ptr(),
            name.len(),
            value.as_ptr(),
            value.len(),
        )
    };
    checked("proxy_add_header_map_value", status)
}

/// Removes all values of a name.
///
/// # Errors
/// As the host says.
pub fn remove_map_value(map: Map, name: &[u8]) -> HostResult<()> {
    // SAFETY: the slice is live for the call.
    let status =
        unsafe { raw::proxy_remove_header_map_value(map as u32, name.as_ptr(), name.len()) };
    checked("proxy_remove_header_map_value", status)
}

/// The bytes of a buffer from `start` on, at most `size`; none where there are none.
///
/// # Errors
/// As the host says.
pub fn buffer(buffer: Buffer, start: usize, size: usize) -> HostResult<Vec<u8>> {
    let bytes = returned("proxy_get_buffer_bytes", |data, length| {
        // SAFETY: both point to live locals of `returned`.
        unsafe { raw::proxy_get_buffer_bytes(buffer as u32, start, size, data, length) }
    });
    match bytes {
        Err(HostError { status: NOT_FOUND | EMPTY, .. }) => Ok(Vec::new()),
        other => other,
    }
}

/// Replaces all of a buffer. The only form of the call that every proxy carries out as it is meant.
///
/// # Errors
/// As the host says.
pub fn set_buffer(buffer: Buffer, bytes: &[u8]) -> HostResult<()> {
    let all = i32::MAX as usize;
    // SAFETY: the slice is live for the call; the host copies it.
    let status =
        unsafe { raw::proxy_set_buffer_bytes(buffer as u32, 0, all, bytes.as_ptr(), bytes.len()) };
    checked("proxy_set_buffer_bytes", status)
}

/// A property's bytes; `None` where there is none of that path.
///
/// # Errors
/// As the host says.
pub fn property(path: &[&str]) -> HostResult<Option<Vec<u8>>> {
    let path = path.join("\0");
    let value = returned("proxy_get_property", |data, size| {
        // SAFETY: the path is live for the call, the others point to live locals of `returned`.
        unsafe { raw::proxy_get_property(path.as_ptr(), path.len(), data, size) }
    });
    match value {
        Ok(value) => Ok(Some(value)),
        Err(HostError { status: NOT_FOUND, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The headers of an answer that is a line of text.
pub const PLAIN_TEXT: &[(&[u8], &[u8])] = &[(b"content-type", b"text/plain; charset=utf-8")];

/// Answers instead of the proxy. A second answer to one stream is the caller's mistake.
///
/// # Errors
/// As the host says.
pub fn send_local_response_with(
    status: u32,
    details: &str,
    headers: &[(&[u8], &[u8])],
    body: &str,
) -> HostResult<()> {
    let headers = crate::pairs::write(headers);
    // SAFETY: all are live for the call; the host copies them.
    let status = unsafe {
        raw::proxy_send_local_response(
            status,
            details.as_ptr(),
            details.len(),
            body.as_ptr(),
            body.len(),
            headers.as_ptr(),
            headers.len(),
            NO_GRPC_STATUS,
        )
    };
    checked("proxy_send_local_response", status)
}

/// Defines a metric, or finds it by its name.
///
/// # Errors
/// As the host says.
pub fn define_metric(kind: Metric, name: &str) -> HostResult<u32> {
    let mut id = 0;
    // SAFETY: the name is live for the call and `id` is a live local.
    let status =
        unsafe { raw::proxy_define_metric(kind as u32, name.as_ptr(), name.len(), &raw mut id) };
    checked("proxy_define_metric", status).map(|()| id)
}

/// Adds to a counter.
///
/// # Errors
/// As the host says.
pub fn increment_metric(id: u32, by: i64) -> HostResult<()> {
    // SAFETY: plain numbers.
    checked("proxy_increment_metric", unsafe { raw::proxy_increment_metric(id, by) })
}

/// Adds a value to a histogram.
///
/// # Errors
/// As the host says.
pub fn record_metric(id: u32, value: u64) -> HostResult<()> {
    // SAFETY: plain numbers.
    checked("proxy_record_metric", unsafe { raw::proxy_record_metric(id, value) })
}

/// Sets a property of the stream, which access logs can show as filter state `wasm.<path>`.
///
/// # Errors
/// As the host says.
pub fn set_property(path: &str, value: &[u8]) -> HostResult<()> {
    // SAFETY: the slices are live for the call; the host copies them.
    let status =
        unsafe { raw::proxy_set_property(path.as_ptr(), path.len(), value.as_ptr(), value.len()) };
    checked("proxy_set_property", status)
}

/// Writes a line to the proxy's log.
///
/// # Errors
/// As the host says.
pub fn log(level: Level, line: &str) -> HostResult<()> {
    // SAFETY: the line is live for the call.
    let status = unsafe { raw::proxy_log(level as u32, line.as_ptr(), line.len()) };
    checked("proxy_log", status)
}

/// Nanoseconds since 1970.
///
/// # Errors
/// As the host says.
pub fn now() -> HostResult<u64> {
    let mut now = 0;
    // SAFETY: `now` is a live local.
    let status = unsafe { raw::proxy_get_current_time_nanoseconds(&raw mut now) };
    checked("proxy_get_current_time_nanoseconds", status).map(|()| now)
}

pub(crate) fn checked(call: &'static str, status: u32) -> HostResult<()> {
    if status == 0 { Ok(()) } else { Err(HostError { call, status }) }
}

/// Runs a hostcall that returns bytes, which it has let this module allocate.
pub(crate) fn returned(
    call: &'static str,
    run: impl FnOnce(*mut *mut u8, *mut usize) -> u32,
) -> HostResult<Vec<u8>> {
    let (mut data, mut size) = (ptr::null_mut(), 0);
    checked(call, run(&raw mut data, &raw mut size))?;
    if data.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: the host got the memory from `proxy_on_memory_allocate`, which gives away a `Vec<u8>` of just this
    // capacity, has written `size` bytes to it and keeps no pointer.
    Ok(unsafe { Vec::from_raw_parts(data, size, size) })
}

mod raw {
    crate::raw::hostcalls! {
        "env":
        fn proxy_log(level: u32, line: *const u8, len: usize);
        fn proxy_get_current_time_nanoseconds(now: *mut u64);
        fn proxy_get_property(
            path: *const u8, len: usize, data: *mut *mut u8, size: *mut usize
        );
        fn proxy_get_buffer_bytes(
            buffer: u32, start: usize, max: usize, data: *mut *mut u8, size: *mut usize
        );
        fn proxy_set_buffer_bytes(
            buffer: u32, start: usize, size: usize, data: *const u8, len: usize
        );
        fn proxy_get_header_map_pairs(map: u32, data: *mut *mut u8, size: *mut usize);
        fn proxy_replace_header_map_value(
            map: u32, name: *const u8, name_len: usize, value: *const u8, value_len: usize
        );
        fn proxy_add_header_map_value(
            map: u32, name: *const u8, name_len: usize, value: *const u8, value_len: usize
        );
        fn proxy_remove_header_map_value(map: u32, name: *const u8, name_len: usize);
        fn proxy_send_local_response(
            status: u32, details: *const u8, details_len: usize, body: *const u8, body_len: usize,
            headers: *const u8, headers_len: usize, grpc_status: i32
        );
        fn proxy_define_metric(kind: u32, name: *const u8, len: usize, id: *mut u32);
        fn proxy_increment_metric(id: u32, by: i64);
        fn proxy_record_metric(id: u32, value: u64);
        fn proxy_set_property(path: *const u8, path_len: usize, value: *const u8, len: usize);
    }
}
