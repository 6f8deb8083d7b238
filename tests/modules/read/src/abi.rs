//! Hostcalls that return their status, where the SDK's own would panic on it.

use std::ptr::{null_mut, slice_from_raw_parts_mut};

/// A status of the ABI; 0 is good.
pub(crate) type Status = u32;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_get_header_map_pairs(kind: u32, data: *mut *mut u8, len: *mut usize) -> Status;
    fn proxy_get_header_map_value(
        kind: u32,
        name: *const u8,
        name_len: usize,
        data: *mut *mut u8,
        len: *mut usize,
    ) -> Status;
    fn proxy_set_header_map_pairs(kind: u32, data: *const u8, len: usize) -> Status;
    fn proxy_replace_header_map_value(
        kind: u32,
        name: *const u8,
        name_len: usize,
        data: *const u8,
        len: usize,
    ) -> Status;
    fn proxy_add_header_map_value(
        kind: u32,
        name: *const u8,
        name_len: usize,
        data: *const u8,
        len: usize,
    ) -> Status;
    fn proxy_remove_header_map_value(kind: u32, name: *const u8, name_len: usize) -> Status;
    fn proxy_get_buffer_bytes(
        kind: u32,
        start: usize,
        max: usize,
        data: *mut *mut u8,
        len: *mut usize,
    ) -> Status;
    fn proxy_set_buffer_bytes(
        kind: u32,
        start: usize,
        size: usize,
        data: *const u8,
        len: usize,
    ) -> Status;
    fn proxy_get_property(
        path: *const u8,
        path_len: usize,
        data: *mut *mut u8,
        len: *mut usize,
    ) -> Status;
    fn proxy_set_property(path: *const u8, path_len: usize, data: *const u8, len: usize) -> Status;
    fn proxy_continue_stream(kind: u32) -> Status;
    fn proxy_close_stream(kind: u32) -> Status;
}

/// Calls a hostcall that gives bytes, and owns what it gave. Nothing given is an empty vector.
fn given(call: impl FnOnce(*mut *mut u8, *mut usize) -> Status) -> (Status, Vec<u8>) {
    let mut data: *mut u8 = null_mut();
    let mut len: usize = 0;
    let status = call(&mut data, &mut len);
    if status != 0 || data.is_null() {
        return (status, Vec::new());
    }
    // SAFETY: the host got `data` from the SDK's `proxy_on_memory_allocate(len)`, which leaks a
    // boxed slice of that length; the host gives it up with this call.
    let bytes = unsafe { Box::from_raw(slice_from_raw_parts_mut(data, len)) };
    (status, bytes.into_vec())
}

/// Reads all pairs of a map, in the ABI's form.
pub(crate) fn pairs(kind: u32) -> (Status, Vec<u8>) {
    // SAFETY: the pointers are valid for the time of the call.
    given(|data, len| unsafe { proxy_get_header_map_pairs(kind, data, len) })
}

/// Replaces all pairs of a map, in the ABI's form.
pub(crate) fn set_pairs(kind: u32, wire: &[u8]) -> Status {
    // SAFETY: the slice is valid for the time of the call.
    unsafe { proxy_set_header_map_pairs(kind, wire.as_ptr(), wire.len()) }
}

/// Reads one value of a map.
pub(crate) fn value(kind: u32, name: &str) -> (Status, Vec<u8>) {
    // SAFETY: the pointers are valid for the time of the call.
    given(|data, len| unsafe {
        proxy_get_header_map_value(kind, name.as_ptr(), name.len(), data, len)
    })
}

/// Puts one value in the place of all that a name has.
pub(crate) fn replace(kind: u32, name: &str, value: &str) -> Status {
    let (data, len) = (value.as_ptr(), value.len());
    // SAFETY: the slices are valid for the time of the call.
    unsafe { proxy_replace_header_map_value(kind, name.as_ptr(), name.len(), data, len) }
}

/// Adds a pair to a map.
pub(crate) fn add(kind: u32, name: &str, value: &str) -> Status {
    let (data, len) = (value.as_ptr(), value.len());
    // SAFETY: the slices are valid for the time of the call.
    unsafe { proxy_add_header_map_value(kind, name.as_ptr(), name.len(), data, len) }
}

/// Removes all values of a name.
pub(crate) fn remove(kind: u32, name: &str) -> Status {
    // SAFETY: the slice is valid for the time of the call.
    unsafe { proxy_remove_header_map_value(kind, name.as_ptr(), name.len()) }
}

/// Reads a range of a buffer.
pub(crate) fn read(kind: u32, start: usize, max: usize) -> (Status, Vec<u8>) {
    // SAFETY: the pointers are valid for the time of the call.
    given(|data, len| unsafe { proxy_get_buffer_bytes(kind, start, max, data, len) })
}

/// Replaces a range of a buffer.
pub(crate) fn write(kind: u32, start: usize, size: usize, new: &str) -> Status {
    // SAFETY: the slice is valid for the time of the call.
    unsafe { proxy_set_buffer_bytes(kind, start, size, new.as_ptr(), new.len()) }
}

/// Reads a property; the parts of its path are joined by dots.
pub(crate) fn property(path: &str) -> (Status, Vec<u8>) {
    let path = path.replace('.', "\0");
    // SAFETY: the pointers are valid for the time of the call.
    given(|data, len| unsafe { proxy_get_property(path.as_ptr(), path.len(), data, len) })
}

/// Sets a property; the parts of its path are joined by dots.
pub(crate) fn set_property(path: &str, value: &str) -> Status {
    let path = path.replace('.', "\0");
    // SAFETY: the slices are valid for the time of the call.
    unsafe { proxy_set_property(path.as_ptr(), path.len(), value.as_ptr(), value.len()) }
}

/// Lets a paused direction go on.
pub(crate) fn resume(kind: u32) -> Status {
    // SAFETY: the call takes a number.
    unsafe { proxy_continue_stream(kind) }
}

/// Resets the stream.
pub(crate) fn close(kind: u32) -> Status {
    // SAFETY: the call takes a number.
    unsafe { proxy_close_stream(kind) }
}
