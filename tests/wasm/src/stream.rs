//! One exchange, event by event.

use crate::drive;
use crate::host::Host;
use crate::map::Headers;
use crate::received::Received;
use crate::reply::LocalReply;
use crate::state::Direction::{self, Request, Response};

/// An HTTP exchange under way. It ends when it is dropped, or by [`Stream::finish`].
///
/// Events for a direction that has ended (by a local reply, a reset or a crash) are dropped, as a
/// proxy drops what comes too late. Events out of order are the test's mistake and panic.
pub struct Stream {
    host: Host,
    id: u32,
}

impl Stream {
    pub(crate) fn new(host: Host, id: u32) -> Self {
        Self { host, id }
    }

    /// The client sends its headers; `end` says that nothing follows.
    pub fn request_headers(&self, headers: impl Into<Headers>, end: bool) {
        let headers = headers.into();
        self.host.with(|vm| drive::headers(vm, self.id, Request, headers, end));
    }

    /// The client sends a piece of its body.
    pub fn request_body(&self, chunk: impl AsRef<[u8]>, end: bool) {
        self.host.with(|vm| drive::body(vm, self.id, Request, chunk.as_ref(), end));
    }

    /// The client sends trailers, and with them ends its request.
    pub fn request_trailers(&self, trailers: impl Into<Headers>) {
        let trailers = trailers.into();
        self.host.with(|vm| drive::trailers(vm, self.id, Request, trailers));
    }

    /// The upstream sends its headers; `end` says that nothing follows.
    ///
    /// # Panics
    ///
    /// If the upstream has not seen a request.
    pub fn response_headers(&self, headers: impl Into<Headers>, end: bool) {
        let headers = headers.into();
        let asked = self.upstream_received().headers.is_some();
        if self.local_reply().is_some() {
            return;
        }
        assert!(asked, "the upstream has not received a request that it could answer");
        self.host.with(|vm| drive::headers(vm, self.id, Response, headers, end));
    }

    /// The upstream sends a piece of its body.
    pub fn response_body(&self, chunk: impl AsRef<[u8]>, end: bool) {
        if !self.answered_locally() {
            self.host.with(|vm| drive::body(vm, self.id, Response, chunk.as_ref(), end));
        }
    }

    /// The upstream sends trailers, and with them ends its response.
    pub fn response_trailers(&self, trailers: impl Into<Headers>) {
        if !self.answered_locally() {
            let trailers = trailers.into();
            self.host.with(|vm| drive::trailers(vm, self.id, Response, trailers));
        }
    }

    /// A filter of the proxy's own ends a message with trailers that nobody sent.
    pub(crate) fn added_trailers(&self, direction: Direction, trailers: &Headers) {
        if !self.answered_locally() {
            let trailers = trailers.clone();
            self.host.with(|vm| drive::added_trailers(vm, self.id, direction, trailers));
        }
    }

    /// Sets a property of this stream alone.
    pub fn set_property(&self, path: &[&str], value: impl AsRef<[u8]>) {
        let (path, value) = (path.join("\0").into_bytes(), value.as_ref().to_vec());
        self.host.with(|vm| drive::stream(vm, self.id).properties.insert(path, value));
    }

    /// Returns a property of this stream, such as one that the module left for the access log.
    pub fn property(&self, path: &[&str]) -> Option<Vec<u8>> {
        let path = path.join("\0").into_bytes();
        self.host.with(|vm| drive::stream(vm, self.id).properties.get(&path).cloned())
    }

    /// Returns what the upstream has received so far.
    pub fn upstream_received(&self) -> Received {
        self.host.with(|vm| drive::stream(vm, self.id).request.sent.clone())
    }

    /// Returns what the client has received so far.
    pub fn client_received(&self) -> Received {
        self.host.with(|vm| drive::stream(vm, self.id).response.sent.clone())
    }

    /// Returns the reply that the module or the host made in the upstream's place.
    pub fn local_reply(&self) -> Option<LocalReply> {
        self.host.with(|vm| drive::stream(vm, self.id).reply.clone())
    }

    /// Returns the direction whose held body grew over the buffer limit.
    pub fn overflow(&self) -> Option<Direction> {
        self.host.with(|vm| drive::stream(vm, self.id).overflow)
    }

    /// Ends the stream: what is not complete is cut, and the module logs and forgets it.
    ///
    /// Returns what the upstream and the client had received by then.
    pub fn finish(self) -> (Received, Received) {
        self.host.with(|vm| {
            drive::finish(vm, self.id);
            let state = drive::stream(vm, self.id);
            (state.request.sent.clone(), state.response.sent.clone())
        })
    }

    pub(crate) fn close_log(&self) {
        self.host.with(|vm| drive::finish(vm, self.id));
    }

    /// Says whether the upstream's response comes in spite of a reply in its place, as in NGINX.
    pub fn goes_on(&self) -> bool {
        self.local_reply().is_some() && !self.answered_locally()
    }

    fn answered_locally(&self) -> bool {
        self.host.with(|vm| {
            // In NGINX a reply in a response's place does not stop it.
            let goes_on = vm.state().profile.is_nginx();
            let state = drive::stream(vm, self.id);
            state.reply.is_some() && (!goes_on || state.response.over)
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // A failing test unwinds through here, perhaps out of the host itself: no second panic
        // then.
        if std::thread::panicking() {
            return;
        }
        self.host.with(|vm| {
            drive::finish(vm, self.id);
            vm.state_mut().streams.remove(&self.id);
        });
    }
}
