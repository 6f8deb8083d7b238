//! The way between the proxy and a vault, on which things go wrong.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// What becomes of what the vault answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It goes on.
    Open,
    /// It goes on after so long.
    Slow(Duration),
    /// It never arrives, and nobody says so.
    Silent,
    /// So many bytes of it arrive, then the connection breaks.
    Cut(usize),
}

/// A relay on a port of its own. It ends with the process.
pub struct Relay {
    port: u16,
    way: Arc<Mutex<Way>>,
    answers: Arc<AtomicUsize>,
}

impl Relay {
    /// Starts it before a port of this machine.
    ///
    /// # Panics
    /// When it cannot listen.
    pub fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let relay = Self {
            port,
            way: Arc::new(Mutex::new(Way::Open)),
            answers: Arc::new(AtomicUsize::new(0)),
        };
        let (way, answers) = (Arc::clone(&relay.way), Arc::clone(&relay.answers));
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let (way, answers) = (Arc::clone(&way), Arc::clone(&answers));
                thread::spawn(move || {
                    // The vault may be dead: then the proxy's connection ends.
                    let Ok(far) = TcpStream::connect(("127.0.0.1", to)) else { return };
                    let ends = (near.try_clone(), far.try_clone());
                    let (Ok(from), Ok(into)) = ends else { return };
                    thread::spawn(move || copy(from, into));
                    _ = answer(far, near, &way, &answers);
                });
            }
        });
        relay
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes the way, for answers that come from now on.
    ///
    /// # Panics
    /// When a thread that held it has panicked.
    pub fn set(&self, way: Way) {
        *self.way.lock().expect("the way") = way;
    }

    /// How many pieces of answers the vault has sent so far.
    pub fn answers(&self) -> usize {
        self.answers.load(Ordering::SeqCst)
    }
}

/// Carries what the proxy asks.
fn copy(mut from: TcpStream, mut into: TcpStream) {
    _ = io::copy(&mut from, &mut into);
    _ = into.shutdown(Shutdown::Both);
}

/// Carries what the vault answers, as far as the way lets it.
fn answer(
    mut far: TcpStream,
    mut near: TcpStream,
    way: &Mutex<Way>,
    answers: &AtomicUsize,
) -> io::Result<()> {
    let mut bytes = [0; 65_536];
    loop {
        let count = far.read(&mut bytes)?;
        if count == 0 {
            return near.shutdown(Shutdown::Both);
        }
        answers.fetch_add(1, Ordering::SeqCst);
        let now = way.lock().map(|way| *way).unwrap_or(Way::Open);
        match now {
            Way::Open => near.write_all(&bytes[..count])?,
            Way::Slow(time) => {
                thread::sleep(time);
                near.write_all(&bytes[..count])?;
            }
            Way::Silent => {}
            Way::Cut(most) => {
                near.write_all(&bytes[..count.min(most)])?;
                return near.shutdown(Shutdown::Both);
            }
        }
    }
}
