//! A look into a built module: the names it imports and exports.

use std::{collections::BTreeSet, fs, path::Path};

/// The names of the functions a module takes from the host and offers to it.
#[derive(Debug, Default)]
pub struct Names {
    /// Imported, without the importing module's name.
    pub imports: BTreeSet<String>,
    /// Exported functions.
    pub exports: BTreeSet<String>,
}

/// Reads the import and export sections of a module.
///
/// # Panics
/// When the file is not there or is no wasm module.
pub fn names(path: &Path) -> Names {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(bytes.starts_with(b"\0asm"), "{} is no wasm module", path.display());
    let mut names = Names::default();
    let mut module = Cursor { bytes: &bytes[8..] };
    while !module.bytes.is_empty() {
        let id = module.byte();
        let size = module.number();
        let mut section = Cursor { bytes: module.take(size) };
        match id {
            2 => section.imports(&mut names.imports),
            7 => section.exports(&mut names.exports),
            _ => {}
        }
    }
    names
}

/// The binary format of the WebAssembly specification, as far as it is needed here.
struct Cursor<'a> {
    bytes: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn imports(&mut self, names: &mut BTreeSet<String>) {
        for _ in 0..self.number() {
            let _module = self.name();
            let name = self.name();
            match self.byte() {
                0 => {
                    self.number();
                    names.insert(name);
                }
                kind => panic!("{name} is no function but of kind {kind}"),
            }
        }
    }

    fn exports(&mut self, names: &mut BTreeSet<String>) {
        for _ in 0..self.number() {
            let name = self.name();
            let kind = self.byte();
            self.number();
            if kind == 0 {
                names.insert(name);
            }
        }
    }

    fn name(&mut self) -> String {
        let length = self.number();
        String::from_utf8_lossy(self.take(length)).into_owned()
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(count);
        self.bytes = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1)[0]
    }

    /// An unsigned LEB128 number.
    fn number(&mut self) -> usize {
        let mut value = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            value |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return value;
            }
            shift += 7;
        }
    }
}
