//! HTTP/2 with prior knowledge, both ends.

use std::{
    collections::HashMap,
    future::poll_fn,
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use bytes::Bytes;
use h2::{RecvStream, SendStream, client, server};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::{net::TcpStream, runtime::Runtime, time};

use crate::PATIENCE;

/// A pause between two DATA frames that should not arrive in one read. Nothing depends on it: a
/// frame that is joined with the next is a cut not made.
const APART: Duration = Duration::from_millis(2);

/// A message as HTTP/2 carries it.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// The status of a response; 0 in a request.
    pub status: u16,
    /// `METHOD path` of a request.
    pub target: String,
    /// Names and values, duplicates and non-UTF-8 values included.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, one element a DATA frame.
    pub pieces: Vec<Vec<u8>>,
    /// The trailers; none when the message has none.
    pub trailers: Vec<(String, Vec<u8>)>,
}

impl Message {
    /// A response without header or body.
    pub fn response(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A request without body.
    pub fn request(method: &str, path: &str, case: &str) -> Self {
        let target = format!("{method} {path}");
        Self { target, ..Self::default() }.header("x-case", case)
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// With one more DATA frame.
    #[must_use]
    pub fn piece(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.pieces.push(bytes.as_ref().to_vec());
        self
    }

    /// With one more trailer.
    #[must_use]
    pub fn trailer(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.trailers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// The whole body.
    pub fn body(&self) -> Vec<u8> {
        self.pieces.concat()
    }

    /// Every value of a header.
    pub fn values(&self, name: &str) -> Vec<Vec<u8>> {
        let found = self.headers.iter().filter(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).collect()
    }

    /// Everything in it, for a sweep.
    pub fn everything(&self) -> Vec<u8> {
        let mut out = self.target.clone().into_bytes();
        for (name, value) in self.headers.iter().chain(&self.trailers) {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.push(b'\n');
        }
        out.extend_from_slice(&self.body());
        out
    }
}

/// An upstream that answers each `x-case` with a fixed message and keeps what it received.
#[derive(Clone)]
pub struct Upstream {
    port: u16,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    replies: HashMap<String, Message>,
    received: Vec<Message>,
}

impl Upstream {
    /// Starts to listen. The thread ends with the process.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let shared = Arc::new(Mutex::new(Shared::default()));
        let upstream = Self { port, shared: shared.clone() };
        thread::spawn(move || runtime().block_on(accept(listener, shared)));
        upstream
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers requests of this case.
    pub fn reply(&self, case: &str, reply: Message) {
        lock(&self.shared).replies.insert(case.to_owned(), reply);
    }

    /// The requests of this case that arrived completely.
    pub fn requests(&self, case: &str) -> Vec<Message> {
        let shared = lock(&self.shared);
        let wanted = |one: &&Message| one.values("x-case").contains(&case.as_bytes().to_vec());
        shared.received.iter().filter(wanted).cloned().collect()
    }
}

/// A client; each request has a connection of its own.
#[derive(Debug)]
pub struct Client;

impl Client {
    /// Sends a request, its pieces apart, and returns the answer.
    ///
    /// # Errors
    /// When the stream or the connection broke off.
    ///
    /// # Panics
    /// When nothing comes for a very long time.
    pub fn send(port: u16, request: &Message) -> Result<Message, h2::Error> {
        let exchange = async {
            let tcp = TcpStream::connect(("127.0.0.1", port)).await.expect("the proxy accepts");
            tcp.set_nodelay(true).expect("a usable socket");
            let (sender, connection) = client::handshake(tcp).await?;
            let driver = tokio::spawn(connection);
            let answer = Self::exchange(sender, request).await;
            driver.abort();
            answer
        };
        let bounded = async { time::timeout(PATIENCE, exchange).await };
        runtime().block_on(bounded).expect("an answer")
    }

    async fn exchange(
        sender: client::SendRequest<Bytes>,
        message: &Message,
    ) -> Result<Message, h2::Error> {
        let (method, path) = message.target.split_once(' ').expect("METHOD path");
        let uri = format!("http://service.test{path}");
        let mut request = http::Request::builder().method(method).uri(uri);
        *request.headers_mut().expect("a valid target") = header_map(&message.headers);
        let request = request.body(()).expect("a valid request");
        let bare = message.pieces.is_empty() && message.trailers.is_empty();
        let (response, mut stream) = sender.ready().await?.send_request(request, bare)?;
        if !bare {
            // An answer may come before the request is sent completely.
            let _ = send_rest(&mut stream, message).await;
        }
        let (parts, mut body) = response.await?.into_parts();
        let mut answer = Message::response(parts.status.as_u16());
        answer.headers = pairs(&parts.headers);
        receive_rest(&mut body, &mut answer).await?;
        Ok(answer)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Mutex<Shared>>) {
    listener.set_nonblocking(true).expect("a usable socket");
    let listener = tokio::net::TcpListener::from_std(listener).expect("a usable socket");
    while let Ok((tcp, _)) = listener.accept().await {
        let shared = shared.clone();
        let _ = tcp.set_nodelay(true);
        tokio::spawn(async move {
            let Ok(mut connection) = server::handshake(tcp).await else {
                return;
            };
            while let Some(Ok((request, respond))) = connection.accept().await {
                tokio::spawn(answer(request, respond, shared.clone()));
            }
        });
    }
}

async fn answer(
    request: http::Request<RecvStream>,
    mut respond: server::SendResponse<Bytes>,
    shared: Arc<Mutex<Shared>>,
) -> Result<(), h2::Error> {
    let (parts, mut body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let mut message = Message { target: format!("{} {path}", parts.method), ..Message::default() };
    message.headers = pairs(&parts.headers);
    receive_rest(&mut body, &mut message).await?;
    let case = message.values("x-case").concat();
    let case = String::from_utf8_lossy(&case).into_owned();
    let reply = {
        let mut shared = lock(&shared);
        shared.received.push(message);
        shared.replies.get(&case).cloned().unwrap_or_else(|| Message::response(404))
    };
    let mut response = http::Response::builder().status(reply.status);
    *response.headers_mut().expect("a valid status") = header_map(&reply.headers);
    let bare = reply.pieces.is_empty() && reply.trailers.is_empty();
    let mut stream = respond.send_response(response.body(()).expect("a valid response"), bare)?;
    if bare { Ok(()) } else { send_rest(&mut stream, &reply).await }
}

async fn send_rest(stream: &mut SendStream<Bytes>, message: &Message) -> Result<(), h2::Error> {
    for (index, piece) in message.pieces.iter().enumerate() {
        let mut left = Bytes::from(piece.clone());
        let last = index + 1 == message.pieces.len() && message.trailers.is_empty();
        while !left.is_empty() {
            stream.reserve_capacity(left.len());
            let Some(room) = poll_fn(|context| stream.poll_capacity(context)).await else {
                break;
            };
            let part = left.split_to(room?.min(left.len()));
            stream.send_data(part, last && left.is_empty())?;
        }
        time::sleep(APART).await;
    }
    if message.trailers.is_empty() {
        return Ok(());
    }
    stream.send_trailers(header_map(&message.trailers))
}

async fn receive_rest(body: &mut RecvStream, message: &mut Message) -> Result<(), h2::Error> {
    while let Some(piece) = body.data().await {
        let piece = piece?;
        let _ = body.flow_control().release_capacity(piece.len());
        if !piece.is_empty() {
            message.pieces.push(piece.to_vec());
        }
    }
    if let Some(trailers) = body.trailers().await? {
        message.trailers = pairs(&trailers);
    }
    Ok(())
}

fn header_map(pairs: &[(String, Vec<u8>)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        map.append(name, HeaderValue::from_bytes(value).expect("a header's value"));
    }
    map
}

fn pairs(map: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    map.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
