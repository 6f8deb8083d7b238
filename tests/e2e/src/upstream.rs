//! An HTTP/1.1 upstream that answers exactly as the test says.

use std::{
    collections::HashMap,
    io,
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, mpsc},
    thread,
};

use crate::{Head, PATIENCE, Wire, chunk, client::is_gone};

/// A server on a free loopback port. Each request names the handler that answers it in `x-case`.
#[derive(Clone)]
pub struct Upstream {
    port: u16,
    shared: Arc<Shared>,
}

/// What arrived, body decoded from its framing.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Request line and headers, as they came.
    pub head: Head,
    /// The body, as far as it came.
    pub body: Vec<u8>,
    /// The trailer lines, as they came.
    pub trailers: Vec<u8>,
    /// Whether the peer broke off inside the body.
    pub truncated: bool,
}

impl Request {
    /// Everything that came, for a sweep.
    pub fn everything(&self) -> Vec<u8> {
        [&self.head.raw[..], &self.body, &self.trailers].concat()
    }
}

type Answer = dyn Fn(&Request, &mut Wire) -> io::Result<()> + Send + Sync;

#[derive(Clone)]
struct Handler {
    answer: Arc<Answer>,
    /// Whether it is called when the head has come, and reads the body itself.
    at_head: bool,
}

#[derive(Default)]
struct Shared {
    handlers: Mutex<HashMap<String, Handler>>,
    received: Mutex<Vec<(String, Request)>>,
    arrived: Condvar,
}

impl Upstream {
    /// Starts to listen. The threads end with the process.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let shared = Arc::new(Shared::default());
        let upstream = Self { port, shared: shared.clone() };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                thread::spawn(move || serve(stream, &shared));
            }
        });
        upstream
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers requests of this case, each after it has come completely.
    pub fn on<F>(&self, case: &str, answer: F)
    where
        F: Fn(&Request, &mut Wire) -> io::Result<()> + Send + Sync + 'static,
    {
        self.register(case, Handler { answer: Arc::new(answer), at_head: false });
    }

    /// Answers requests of this case when the head has come. The handler reads as much of the body
    /// as it likes; the connection closes afterwards.
    pub fn on_head<F>(&self, case: &str, answer: F)
    where
        F: Fn(&Request, &mut Wire) -> io::Result<()> + Send + Sync + 'static,
    {
        self.register(case, Handler { answer: Arc::new(answer), at_head: true });
    }

    /// Answers requests of this case with fixed bytes in one write.
    pub fn reply(&self, case: &str, bytes: Vec<u8>) {
        self.on(case, move |_, wire| wire.send(&bytes));
    }

    /// What has arrived for this case so far.
    pub fn requests(&self, case: &str) -> Vec<Request> {
        let received = lock(&self.shared.received);
        received.iter().filter(|(name, _)| name == case).map(|(_, one)| one.clone()).collect()
    }

    /// The last request of this case; waits until one has arrived completely.
    pub fn request(&self, case: &str) -> Request {
        let received = lock(&self.shared.received);
        let found = |all: &Vec<(String, Request)>| all.iter().any(|(name, _)| name == case);
        let (received, waited) = self
            .shared
            .arrived
            .wait_timeout_while(received, PATIENCE, |all| !found(all))
            .expect("the lock");
        assert!(!waited.timed_out(), "no request of case {case} reached the upstream");
        let last = received.iter().rev().find(|(name, _)| name == case);
        last.map(|(_, one)| one.clone()).unwrap_or_default()
    }

    fn register(&self, case: &str, handler: Handler) {
        lock(&self.shared.handlers).insert(case.to_owned(), handler);
    }
}

/// A response under Content-Length, in one piece. Header lines in the order given.
pub fn with_length(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut out = head(status, headers);
    out.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    out.extend_from_slice(body);
    out
}

/// A chunked response with these chunks and trailers, in one piece.
pub fn chunked(
    status: &str,
    headers: &[(&str, &str)],
    pieces: &[&[u8]],
    trailers: &[(&str, &str)],
) -> Vec<u8> {
    let mut out = chunked_head(status, headers);
    for piece in pieces {
        out.extend_from_slice(&chunk(piece));
    }
    out.extend_from_slice(&last_chunk(trailers));
    out
}

/// The head of a chunked response.
pub fn chunked_head(status: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut out = head(status, headers);
    out.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
    out
}

/// The end of a chunked body.
pub fn last_chunk(trailers: &[(&str, &str)]) -> Vec<u8> {
    let mut out = b"0\r\n".to_vec();
    for (name, value) in trailers {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// A gate that a handler waits at and a test opens.
///
/// # Panics
/// Where the handler waits, if the test never opens it.
pub fn gate() -> (mpsc::Sender<()>, impl Fn() + Send + Sync) {
    let (open, wait) = mpsc::channel();
    let wait = Mutex::new(wait);
    let pass = move || {
        lock(&wait).recv_timeout(PATIENCE).expect("the test opens the gate");
    };
    (open, pass)
}

fn head(status: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in headers {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    out.into_bytes()
}

/// One connection, request after request, until either side ends it.
fn serve(stream: TcpStream, shared: &Shared) {
    let Ok(mut wire) = Wire::new(stream) else {
        return;
    };
    loop {
        match exchange(&mut wire, shared) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) if is_gone(&error) => return,
            Err(error) => {
                // Idle keep-alive connections end by time-out; that is no failure.
                if !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) {
                    eprintln!("upstream: {error}");
                }
                return;
            }
        }
    }
}

/// One request and its answer. Says whether the connection goes on.
fn exchange(wire: &mut Wire, shared: &Shared) -> io::Result<bool> {
    let Some(head) = wire.read_head()? else {
        return Ok(false);
    };
    let case = head.value("x-case");
    let handler = lock(&shared.handlers).get(&case).cloned();
    let mut request = Request { head, ..Request::default() };
    if let Some(Handler { answer, at_head: true }) = handler {
        keep(shared, &case, &request);
        answer(&request, wire)?;
        return Ok(false);
    }
    request.body = wire.read_body()?;
    request.trailers = wire.trailers().to_vec();
    request.truncated = wire.truncated();
    let broken = request.truncated;
    keep(shared, &case, &request);
    if broken {
        return Ok(false);
    }
    match handler {
        Some(handler) => (handler.answer)(&request, wire)?,
        None => wire.send(&with_length("404 Not Found", &[], b"no such case"))?,
    }
    let last = request.head.value("connection").eq_ignore_ascii_case("close");
    Ok(!last)
}

fn keep(shared: &Shared, case: &str, request: &Request) {
    lock(&shared.received).push((case.to_owned(), request.clone()));
    shared.arrived.notify_all();
}

/// A panic in one handler must not hide the others' results.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
