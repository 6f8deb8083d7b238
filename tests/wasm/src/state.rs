//! What the hostcalls see: the streams, the call under way, and the world around.

use std::collections::BTreeMap;

use wasmtime::{Memory, TypedFunc};

use crate::buffer::{Body, read_range};
use crate::half::Half;
use crate::map::Headers;
use crate::profile::Profile;
use crate::reply::LocalReply;
use crate::status::Status;
use crate::world::{MetricKind, World};

/// The id of the root context, the only one.
pub(crate) const ROOT: u32 = 1;

/// A direction of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the upstream.
    Request,
    /// From the upstream to the client.
    Response,
}

/// One exchange as the proxy sees it.
#[derive(Debug, Default)]
pub(crate) struct StreamState {
    pub(crate) request: Half,
    pub(crate) response: Half,
    pub(crate) properties: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) reply: Option<LocalReply>,
    /// The direction whose held body grew over the limit.
    pub(crate) overflow: Option<Direction>,
    /// The instance that knows this stream; a later one does not.
    pub(crate) generation: u32,
    /// The module crashed under this stream: it is not asked again.
    pub(crate) failed: bool,
    /// The module has logged and forgotten this stream.
    pub(crate) finished: bool,
    /// `on_log` is running: both header maps can be read.
    pub(crate) logging: bool,
}

impl StreamState {
    pub(crate) fn half(&self, direction: Direction) -> &Half {
        match direction {
            Direction::Request => &self.request,
            Direction::Response => &self.response,
        }
    }

    pub(crate) fn half_mut(&mut self, direction: Direction) -> &mut Half {
        match direction {
            Direction::Request => &mut self.request,
            Direction::Response => &mut self.response,
        }
    }
}

/// What the host is doing while the module runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Something of the root context, or an end.
    #[default]
    Root,
    RequestHeaders,
    RequestBody,
    ResponseHeaders,
    ResponseBody,
}

/// What a hostcall asked for and what is done after the callback has returned, as in Envoy.
#[derive(Debug)]
pub(crate) enum Deferred {
    Resume(u32, Direction),
    Close(u32),
    Reply(u32, LocalReply),
}

/// The exports of the module that hostcalls need.
pub(crate) struct Guest {
    pub(crate) memory: Memory,
    pub(crate) allocate: TypedFunc<u32, u32>,
}

/// The data of the module's store.
pub(crate) struct State {
    pub(crate) profile: Profile,
    pub(crate) world: World,
    pub(crate) streams: BTreeMap<u32, StreamState>,
    pub(crate) vm_configuration: Vec<u8>,
    pub(crate) plugin_configuration: Vec<u8>,
    pub(crate) buffer_limit: usize,
    pub(crate) next_context: u32,
    pub(crate) generation: u32,
    /// `client_body_buffer_size` of NGINX: what is longer lies in a file.
    pub(crate) client_body_buffer: usize,
    /// Whether there is an `shm_kv` of NGINX.
    pub(crate) has_shared_zone: bool,
    pub(crate) phase: Phase,
    /// Why the host traps instead of answering the hostcall under way.
    pub(crate) trap: Option<String>,
    // What follows belongs to one instance or one callback.
    pub(crate) guest: Option<Guest>,
    pub(crate) metric_ids: Vec<(MetricKind, String)>,
    pub(crate) configuring: bool,
    pub(crate) current: u32,
    pub(crate) effective: u32,
    pub(crate) replied: bool,
    pub(crate) deferred: Vec<Deferred>,
    pub(crate) call_answer: Option<(Headers, Vec<u8>, Headers)>,
}

impl State {
    pub(crate) fn new(profile: Profile) -> Self {
        Self {
            profile,
            world: World::default(),
            streams: BTreeMap::new(),
            vm_configuration: Vec::new(),
            plugin_configuration: Vec::new(),
            buffer_limit: 1024 * 1024,
            next_context: ROOT + 1,
            generation: 0,
            client_body_buffer: 1024 * 1024,
            has_shared_zone: true,
            phase: Phase::Root,
            trap: None,
            guest: None,
            metric_ids: Vec::new(),
            configuring: false,
            current: 0,
            effective: 0,
            replied: false,
            deferred: Vec::new(),
            call_answer: None,
        }
    }

    /// Forgets what belonged to a crashed instance.
    pub(crate) fn renew(&mut self) {
        self.generation += 1;
        self.guest = None;
        self.metric_ids.clear();
        self.deferred.clear();
        self.world.calls.clear();
        if self.profile.is_nginx() {
            self.world.tick_period_ms = 0;
        }
    }

    /// Returns the context that the module acts for.
    pub(crate) fn context(&self) -> u32 {
        let known = self.effective == ROOT || self.streams.contains_key(&self.effective);
        if known { self.effective } else { self.current }
    }

    pub(crate) fn stream(&mut self) -> Option<&mut StreamState> {
        self.streams.get_mut(&self.context())
    }

    /// Returns a header or trailer map for reading, if this phase can reach it.
    pub(crate) fn map(&mut self, kind: u32) -> Option<&Headers> {
        if let 6 | 7 = kind {
            let (headers, _, trailers) = self.call_answer.as_ref()?;
            return Some(if kind == 6 { headers } else { trailers });
        }
        let stream = self.stream()?;
        let logging = stream.logging;
        let half = stream.half(map_direction(kind)?);
        match kind {
            0 | 2 => (half.headers_open || logging && half.headers_seen).then_some(&half.headers),
            _ => half
                .trailers
                .as_ref()
                .filter(|_| half.trailers_open || half.can_add_trailers || logging && kind == 3),
        }
    }

    /// Returns a header or trailer map for changing, if this phase can reach it.
    pub(crate) fn map_mut(&mut self, kind: u32) -> Option<&mut Headers> {
        let half = self.stream()?.half_mut(map_direction(kind)?);
        match kind {
            0 | 2 => half.headers_open.then_some(&mut half.headers),
            _ if half.can_add_trailers => Some(half.trailers.get_or_insert_default()),
            _ if half.trailers_open => half.trailers.as_mut(),
            _ => None,
        }
    }

    /// Makes the hostcall under way trap, if this is NGINX.
    pub(crate) fn trap_in_nginx(&mut self, reason: &str) {
        if self.profile.is_nginx() {
            self.trap = Some(reason.to_owned());
        }
    }

    /// Reads a range of a buffer.
    pub(crate) fn read(&mut self, kind: u32, start: usize, max: usize) -> Result<&[u8], Status> {
        if let (true, 0 | 1) = (self.profile.is_nginx(), kind) {
            let direction = if kind == 0 { Direction::Request } else { Direction::Response };
            return Ok(self.body(direction)?.read_in_nginx(max));
        }
        match kind {
            0 => Ok(self.body(Direction::Request)?.read(start, max)),
            1 => Ok(self.body(Direction::Response)?.read(start, max)),
            4 => {
                let (_, body, _) = self.call_answer.as_ref().ok_or(Status::NotFound)?;
                Ok(read_range(body, start, max))
            }
            6 => Ok(read_range(&self.vm_configuration, start, max)),
            7 if self.configuring => Ok(read_range(&self.plugin_configuration, start, max)),
            2..=8 => Err(Status::NotFound),
            _ => Err(Status::BadArgument),
        }
    }

    pub(crate) fn body(&mut self, direction: Direction) -> Result<&mut Body, Status> {
        let stream = self.stream().ok_or(Status::NotFound)?;
        Ok(&mut stream.half_mut(direction).body)
    }
}

fn map_direction(kind: u32) -> Option<Direction> {
    match kind {
        0 | 1 => Some(Direction::Request),
        2 | 3 => Some(Direction::Response),
        _ => None,
    }
}
