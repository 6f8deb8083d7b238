//! Coded bytes in, plain pieces out.

use super::{Bounds, Broken, Coding, Codings, Meter};

/// Takes plain pieces, in their order.
pub(super) type Sink<'a> = dyn FnMut(&[u8]) -> Result<(), Broken> + 'a;

/// Unpacks one body.
pub(crate) struct Unpacker {
    /// The outermost coding first.
    stages: Vec<Stage>,
    meter: Meter,
}

/// One coding.
enum Stage {
    #[cfg(feature = "codings")]
    Inflate(Box<super::inflate::Inflate>),
    #[cfg(feature = "codings")]
    Brotli(Box<super::brotli::Unbrotli>),
    #[cfg(feature = "codings")]
    Zstd(Box<super::zstd::Unzstd>),
}

impl Unpacker {
    pub(crate) fn new(codings: Codings, bounds: Bounds) -> Unpacker {
        Unpacker {
            stages: codings.iter().rev().map(Stage::new).collect(),
            meter: Meter::new(bounds),
        }
    }

    /// Takes coded bytes, and gives all that they are known to stand for in pieces. After an error nothing more is taken.
    pub(crate) fn write(
        &mut self,
        mut bytes: &[u8],
        mut piece: impl FnMut(&[u8]),
    ) -> Result<(), Broken> {
        let mut sink = |bytes: &[u8]| {
            piece(bytes);
            Ok(())
        };
        while !bytes.is_empty() {
            let count = self.meter.step_left().min(bytes.len());
            let (now, later) = bytes.split_at_checked(count).ok_or(Broken::Corrupt)?;
            self.meter.coded = self.meter.coded.saturating_add(count as u64);
            run(&mut self.stages, &mut self.meter, now, &mut sink)?;
            bytes = later;
        }
        Ok(())
    }

    /// Whether what has come is a whole coded body, or nothing at all: the message may end here.
    pub(crate) fn is_whole(&self) -> bool {
        self.meter.coded == 0 || self.is_at_end()
    }

    /// Whether what has come is a whole coded body. More may follow where the format allows for members.
    pub(crate) fn is_at_end(&self) -> bool {
        self.stages.iter().all(Stage::is_at_end)
    }

    /// Whether bytes have been taken that stand for text which has not been given yet: parts of a block.
    pub(crate) fn is_in_block(&self) -> bool {
        self.stages.iter().any(Stage::is_in_block)
    }
}

/// Lets bytes through all stages, each piece as far as it goes before the next.
fn run(
    stages: &mut [Stage],
    meter: &mut Meter,
    bytes: &[u8],
    out: &mut Sink<'_>,
) -> Result<(), Broken> {
    match stages.split_first_mut() {
        None => out(bytes),
        Some((stage, rest)) => stage.write(bytes, &mut |piece| {
            meter.add(piece.len())?;
            run(rest, meter, piece, out)
        }),
    }
}

#[cfg_attr(not(feature = "codings"), allow(unused_variables, clippy::uninhabited_references))]
impl Stage {
    fn new(coding: Coding) -> Stage {
        #[cfg(feature = "codings")]
        use super::inflate::{Format, Inflate};
        match coding {
            #[cfg(feature = "codings")]
            Coding::Gzip => Stage::Inflate(Box::new(Inflate::new(Format::Gzip))),
            #[cfg(feature = "codings")]
            Coding::Deflate => Stage::Inflate(Box::new(Inflate::new(Format::Deflate))),
            #[cfg(feature = "codings")]
            Coding::Brotli => Stage::Brotli(Box::default()),
            #[cfg(feature = "codings")]
            Coding::Zstd => Stage::Zstd(Box::default()),
        }
    }

    fn write(&mut self, bytes: &[u8], out: &mut Sink<'_>) -> Result<(), Broken> {
        match *self {
            #[cfg(feature = "codings")]
            Stage::Inflate(ref mut stage) => stage.write(bytes, out),
            #[cfg(feature = "codings")]
            Stage::Brotli(ref mut stage) => stage.write(bytes, out),
            #[cfg(feature = "codings")]
            Stage::Zstd(ref mut stage) => stage.write(bytes, out),
        }
    }

    fn is_at_end(&self) -> bool {
        match *self {
            #[cfg(feature = "codings")]
            Stage::Inflate(ref stage) => stage.is_at_end(),
            #[cfg(feature = "codings")]
            Stage::Brotli(ref stage) => stage.is_at_end(),
            #[cfg(feature = "codings")]
            Stage::Zstd(ref stage) => stage.is_at_end(),
        }
    }

    fn is_in_block(&self) -> bool {
        match *self {
            #[cfg(feature = "codings")]
            Stage::Zstd(ref stage) => stage.is_in_block(),
            #[cfg(feature = "codings")]
            _ => false,
        }
    }
}
