//! A web server that is never the bottleneck: `upstream DIRECTORY`.
//!
//! Every file of DIRECTORY is read once, at the start, and answered under its name to any method
//! and any query. It listens on a free loopback port, which is the one line it prints, and speaks
//! the part of HTTP/1.1 that a proxy's keep-alive connections need: requests without a body.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

/// Head and body, as they go over the wire, by path.
type Answers = HashMap<String, Vec<u8>>;

fn main() -> io::Result<()> {
    let directory = env::args().nth(1).unwrap_or_else(|| String::from("."));
    let answers = Arc::new(answers(Path::new(&directory))?);
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("{}", listener.local_addr()?.port());
    for connection in listener.incoming() {
        let answers = Arc::clone(&answers);
        // A proxy keeps a few dozen connections: a thread each is the fastest simple way.
        thread::spawn(move || connection.and_then(|stream| serve(stream, &answers)));
    }
    Ok(())
}

fn answers(directory: &Path) -> io::Result<Answers> {
    let mut answers = Answers::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let body = fs::read(entry.path())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        answers.insert(format!("/{name}"), answer("200 OK", &body));
    }
    Ok(answers)
}

fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         etag: \"{:016x}\"\r\ncache-control: no-cache\r\nx-request-cost: 1\r\n\r\n",
        body.len(),
        hushgate_bench::corpus::fingerprint(body),
    );
    [head.as_bytes(), body].concat()
}

fn serve(mut stream: TcpStream, answers: &Answers) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let missing = answer("404 Not Found", b"{}");
    let mut input = Vec::new();
    let mut buffer = [0; 16 << 10];
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        input.extend_from_slice(&buffer[..read]);
        while let Some(end) = input.windows(4).position(|window| window == b"\r\n\r\n") {
            let found = path(&input).and_then(|path| answers.get(path));
            stream.write_all(found.unwrap_or(&missing))?;
            input.drain(..end + 4);
        }
    }
}

/// The path of a request line, without its query.
fn path(request: &[u8]) -> Option<&str> {
    let target = request.split(|&byte| byte == b' ').nth(1)?;
    let path = target.split(|&byte| byte == b'?').next()?;
    std::str::from_utf8(path).ok()
}
