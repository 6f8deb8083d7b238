//! A small HTTP server of the test itself: what a vault asks of others, or a vault that answers as recorded.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use crate::PATIENCE;

/// A request that came in.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The request line without the version: `GET /path`.
    pub line: String,
    /// The header lines, as they came.
    pub headers: Vec<String>,
    /// The body.
    pub body: String,
}

/// An answer: status, headers and body.
pub type Recorded = (u16, Vec<(&'static str, String)>, String);

/// A server that answers each request by a function: status and JSON.
pub struct Peer {
    address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Peer {
    /// Starts it on a free port. It ends with the process.
    ///
    /// # Panics
    /// When it cannot listen.
    pub fn start(answer: impl Fn(&Seen) -> (u16, String) + Send + Sync + 'static) -> Peer {
        Peer::replay(move |seen| {
            let (status, body) = answer(seen);
            (status, vec![("content-type", "application/json".to_owned())], body)
        })
    }

    /// The same, with the answer's headers.
    ///
    /// # Panics
    /// When it cannot listen.
    pub fn replay(answer: impl Fn(&Seen) -> Recorded + Send + Sync + 'static) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address").to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&seen), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &log, &*answer));
            }
        });
        Peer { address, seen }
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What has come in so far.
    ///
    /// # Panics
    /// When a thread of it has panicked.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("the log").clone()
    }
}

fn serve(
    stream: TcpStream,
    log: &Mutex<Vec<Seen>>,
    answer: &dyn Fn(&Seen) -> Recorded,
) -> Option<()> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let line = lines.first()?.rsplit_once(' ')?.0.to_owned();
        let headers = lines.split_off(1);
        let length = headers.iter().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).ok()?;
        let seen = Seen { line, headers, body: String::from_utf8_lossy(&body).into_owned() };
        log.lock().ok()?.push(seen.clone());
        let (status, headers, body) = answer(&seen);
        let mut text = format!("HTTP/1.1 {status} Answer\r\n");
        headers.iter().for_each(|(name, value)| text += &format!("{name}: {value}\r\n"));
        text += &format!("content-length: {}\r\n\r\n{body}", body.len());
        writer.write_all(text.as_bytes()).ok()?;
    }
}
