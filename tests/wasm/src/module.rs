//! Where the built modules lie, and what can go wrong with them.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use wasmtime::{Config, Engine, Module};

use crate::world::LogLine;

/// Returns the path of a built module, by its name without the ending.
///
/// It lies in the directory that `HUSHGATE_WASM_DIR` names, or else in the workspace's `dist`; the
/// modules that exist for tests alone may lie in its `test`.
pub fn built(name: &str) -> PathBuf {
    let directory = std::env::var_os("HUSHGATE_WASM_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist"), PathBuf::from);
    let file = format!("{name}.wasm");
    let for_tests = directory.join("test").join(&file);
    if for_tests.exists() { for_tests } else { directory.join(file) }
}

/// Why a module does not run.
pub enum Error {
    /// The file is not there.
    Missing(PathBuf),
    /// The file is no module for this host, or it crashed at its start.
    Unusable(String),
    /// `on_vm_start` or `on_configure` returned false, after these log lines.
    Refused(Vec<LogLine>),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Missing(path) => write!(f, "{} is missing: run `make wasm`", path.display()),
            Error::Unusable(reason) => write!(f, "the module does not run: {reason}"),
            Error::Refused(logs) => write!(f, "the module refused to start; it logged {logs:?}"),
        }
    }
}

// Tests call `unwrap`, which prints Debug: it had better be the message.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

/// Compiles a module, or returns the one compiled before: every test of a process shares it.
pub(crate) fn compile(path: &Path) -> Result<Module, Error> {
    static COMPILED: OnceLock<Mutex<HashMap<PathBuf, Module>>> = OnceLock::new();
    let mut compiled =
        COMPILED.get_or_init(Mutex::default).lock().unwrap_or_else(|e| e.into_inner());
    if let Some(module) = compiled.get(path) {
        return Ok(module.clone());
    }
    let bytes = std::fs::read(path).map_err(|_| Error::Missing(path.to_owned()))?;
    let module = compile_bytes(&bytes)?;
    compiled.insert(path.to_owned(), module.clone());
    Ok(module)
}

pub(crate) fn compile_bytes(bytes: &[u8]) -> Result<Module, Error> {
    Module::new(engine(), bytes).map_err(|e| Error::Unusable(format!("{e:#}")))
}

pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut config = Config::new();
        config.wasm_simd(true);
        Engine::new(&config).expect("the configuration is valid on this machine")
    })
}
