//! Plain bytes in, coded bytes out.
//!
//! Everything is packed for speed, with small windows: a proxy packs what a server has packed better, for one hop.

use super::{Broken, Coding, Codings};

/// Packs one body.
pub(crate) struct Packer {
    /// The innermost coding first.
    stages: Vec<Stage>,
    codings: Codings,
    /// Whether something was taken since the last flush or end.
    is_dirty: bool,
}

/// How far coded bytes have to tell what was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// As it suits the format.
    Whenever,
    /// All of it can be read from what is given.
    Flush,
    /// The body ends.
    End,
}

/// One coding.
enum Stage {
    #[cfg(feature = "codings")]
    Deflate(Box<super::inflate::Deflate>),
    #[cfg(feature = "codings")]
    Brotli(Box<super::brotli::Brotli>),
    #[cfg(feature = "codings")]
    Zstd(Box<super::zstd::Zstd>),
}

impl Packer {
    pub(crate) fn new(codings: Codings) -> Packer {
        Packer { stages: codings.iter().map(Stage::new).collect(), codings, is_dirty: false }
    }

    /// Takes bytes; some of what they become is put behind `out`.
    pub(crate) fn write(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
        self.is_dirty |= !bytes.is_empty();
        run(&mut self.stages, bytes, Until::Whenever, out)
    }

    /// Gives so much that all which was taken can be read.
    pub(crate) fn flush(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        match std::mem::take(&mut self.is_dirty) {
            true => run(&mut self.stages, &[], Until::Flush, out),
            false => Ok(()),
        }
    }

    /// Ends the coded body. What is taken after it makes another member, where the format has them.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        let done = run(&mut self.stages, &[], Until::End, out);
        *self = Packer::new(self.codings);
        done
    }
}

fn run(stages: &mut [Stage], bytes: &[u8], until: Until, out: &mut Vec<u8>) -> Result<(), Broken> {
    match stages.split_first_mut() {
        None => out.extend_from_slice(bytes),
        Some((stage, [])) => return stage.write(bytes, until, out),
        Some((stage, rest)) => {
            let mut coded = Vec::new();
            stage.write(bytes, until, &mut coded)?;
            return run(rest, &coded, until, out);
        }
    }
    Ok(())
}

#[cfg_attr(not(feature = "codings"), allow(unused_variables, clippy::uninhabited_references))]
impl Stage {
    fn new(coding: Coding) -> Stage {
        #[cfg(feature = "codings")]
        use super::inflate::{Deflate, Format};
        match coding {
            #[cfg(feature = "codings")]
            Coding::Gzip => Stage::Deflate(Box::new(Deflate::new(Format::Gzip))),
            #[cfg(feature = "codings")]
            Coding::Deflate => Stage::Deflate(Box::new(Deflate::new(Format::Deflate))),
            #[cfg(feature = "codings")]
            Coding::Brotli => Stage::Brotli(Box::default()),
            #[cfg(feature = "codings")]
            Coding::Zstd => Stage::Zstd(Box::default()),
        }
    }

    // Without codings there is no stage, and nothing that grows.
    #[cfg_attr(not(feature = "codings"), allow(clippy::ptr_arg))]
    fn write(&mut self, bytes: &[u8], until: Until, out: &mut Vec<u8>) -> Result<(), Broken> {
        match *self {
            #[cfg(feature = "codings")]
            Stage::Deflate(ref mut stage) => stage.write(bytes, until, out),
            #[cfg(feature = "codings")]
            Stage::Brotli(ref mut stage) => {
                stage.write(bytes, until, out);
                Ok(())
            }
            #[cfg(feature = "codings")]
            Stage::Zstd(ref mut stage) => stage.write(bytes, until, out),
        }
    }
}
