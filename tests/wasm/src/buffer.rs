//! The body of one direction, as a module reads and edits it.

use crate::status::Status;

/// The bytes that a body callback shows, and whether they stay after it.
#[derive(Debug, Default)]
pub(crate) struct Body {
    data: Vec<u8>,
    /// The last body callback returned Pause: what comes next is added behind.
    pub(crate) held: bool,
    /// The module is inside a body callback of this direction.
    pub(crate) shown: bool,
    /// It lies in a file, which NGINX does not read for the module.
    in_file: bool,
    /// The module has replaced something.
    changed: bool,
}

impl Body {
    /// Takes a chunk in: behind what is held, or instead of what was there.
    pub(crate) fn receive(&mut self, chunk: &[u8]) {
        if !self.held {
            self.data.clear();
        }
        self.data.extend_from_slice(chunk);
    }

    /// Shows just this.
    pub(crate) fn show(&mut self, bytes: &[u8], in_file: bool) {
        *self = Self { data: bytes.to_vec(), held: false, shown: true, in_file, changed: false };
    }

    pub(crate) fn is_changed(&self) -> bool {
        self.changed
    }

    /// Reads as NGINX does: from the start, whatever offset is asked for.
    pub(crate) fn read_in_nginx(&self, max: usize) -> &[u8] {
        let data: &[u8] = if self.shown && !self.in_file { &self.data } else { &[] };
        read_range(data, 0, max)
    }

    /// Writes as NGINX does: what stands behind the place is dropped, and no more than `len` bytes of the new ones are taken.
    pub(crate) fn write_in_nginx(&mut self, start: usize, len: usize, new: &[u8]) -> Status {
        if !self.shown {
            return Status::BadArgument;
        }
        self.data.truncate(start);
        self.data.extend_from_slice(&new[..len.min(new.len())]);
        (self.changed, self.in_file) = (true, false);
        Status::Ok
    }

    pub(crate) fn len(&self) -> usize {
        self.data.len()
    }

    /// Hands everything over; offsets start at 0 again.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.held = false;
        std::mem::take(&mut self.data)
    }

    fn reachable(&self) -> bool {
        self.held || self.shown
    }

    /// Reads a range. A body out of reach reads as empty and not as an error, as in Envoy.
    pub(crate) fn read(&self, start: usize, max: usize) -> &[u8] {
        let data: &[u8] = if self.reachable() { &self.data } else { &[] };
        read_range(data, start, max)
    }

    /// Replaces `len` bytes at the front, or appends from the end on; nothing between is possible.
    pub(crate) fn write(&mut self, start: usize, len: usize, new: &[u8]) -> Status {
        if !self.reachable() {
            return Status::BadArgument;
        }
        if start == 0 {
            self.data.splice(..len.min(self.data.len()), new.iter().copied());
        } else if start >= self.data.len() {
            self.data.extend_from_slice(new);
        } else {
            return Status::BadArgument;
        }
        Status::Ok
    }
}

/// Reads a range, of which only that part is there that lies within the data.
pub(crate) fn read_range(data: &[u8], start: usize, max: usize) -> &[u8] {
    let tail = data.get(start..).unwrap_or_default();
    &tail[..max.min(tail.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(data: &[u8]) -> Body {
        Body { data: data.to_vec(), shown: true, ..Body::default() }
    }

    #[test]
    fn held_bytes_accumulate_and_flushed_ones_do_not() {
        let mut body = Body::default();
        body.receive(b"ab");
        body.held = true;
        body.receive(b"cd");
        assert_eq!(body.read(0, 99), b"abcd");
        assert_eq!(body.take(), b"abcd");
        body.receive(b"ef");
        body.shown = true;
        assert_eq!(body.read(0, 99), b"ef");
    }

    #[test]
    fn ranges_are_cut_at_the_end_and_empty_behind_it() {
        let body = shown(b"abcd");
        assert_eq!(body.read(1, 2), b"bc");
        assert_eq!(body.read(4, 1), b"");
        assert_eq!(body.read(5, 1), b"");
    }

    #[test]
    fn writes_go_to_the_front_or_the_end_only() {
        let mut body = shown(b"abcd");
        assert_eq!(body.write(0, 2, b"XYZ"), Status::Ok);
        assert_eq!(body.write(5, 0, b"!"), Status::Ok);
        assert_eq!(body.write(1, 1, b"no"), Status::BadArgument);
        assert_eq!(body.read(0, 99), b"XYZcd!");
        assert_eq!(body.write(0, i32::MAX as usize, b"all"), Status::Ok);
        assert_eq!(body.take(), b"all");
    }

    #[test]
    fn a_body_out_of_reach_reads_empty_and_cannot_be_written() {
        let mut body = Body::default();
        body.receive(b"gone");
        assert_eq!(body.read(0, 99), b"");
        assert_eq!(body.write(0, 99, b"x"), Status::BadArgument);
    }
}
