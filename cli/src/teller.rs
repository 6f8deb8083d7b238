//! Telling what is found, but for what is known.

use std::io::Write;

use crate::{
    baseline::{Baseline, Recording},
    failure::Failure,
    hit::Report,
    output::Writer,
    say,
    source::Told,
};

/// How many findings wait to be told in the order of their files; from then on they are told as they come.
const SORTED_MAX: usize = 100_000;

/// How much was told.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Sum {
    /// Findings.
    pub(crate) hits: u64,
    /// Findings that a baseline names.
    pub(crate) known: u64,
    /// Files that could not be read.
    pub(crate) skipped: u64,
}

/// Tells findings in the order of their files, as long as not too many have to wait for that.
pub(crate) struct Teller<'a> {
    writer: Box<dyn Writer>,
    out: &'a mut dyn Write,
    baseline: Baseline,
    /// What takes findings instead of the output.
    recording: Option<Recording>,
    held: Vec<Report>,
    held_hits: usize,
    sum: Sum,
}

impl<'a> Teller<'a> {
    /// Tells in one form, and not what is known; or records it all.
    pub(crate) fn new(
        writer: Box<dyn Writer>,
        out: &'a mut dyn Write,
        baseline: Option<Baseline>,
        recording: Option<Recording>,
    ) -> Teller<'a> {
        Teller {
            writer,
            out,
            baseline: baseline.unwrap_or_default(),
            recording,
            held: Vec::new(),
            held_hits: 0,
            sum: Sum::default(),
        }
    }

    /// Takes what a source tells.
    pub(crate) fn tell(&mut self, told: Told) -> Result<(), Failure> {
        match told {
            Told::Skipped(reason) => {
                self.sum.skipped += 1;
                say(&reason);
                Ok(())
            }
            Told::Found(report) => self.found(report),
        }
    }

    fn found(&mut self, mut report: Report) -> Result<(), Failure> {
        let all = report.hits.len();
        report.hits.retain(|hit| !self.baseline.takes(&report.path, hit));
        self.sum.known += (all - report.hits.len()) as u64;
        if let Some(recording) = &mut self.recording {
            recording.add(&report);
            return Ok(());
        }
        self.sum.hits += report.hits.len() as u64;
        self.held_hits += report.hits.len();
        self.held.push(report);
        match self.held_hits > SORTED_MAX {
            true => self.release(),
            false => Ok(()),
        }
    }

    fn release(&mut self) -> Result<(), Failure> {
        // Stable: what comes of one file stays in its order.
        self.held.sort_by(|a, b| a.path.cmp(&b.path));
        for report in self.held.drain(..) {
            self.writer.report(self.out, &report).map_err(Failure::output)?;
        }
        Ok(())
    }

    /// Tells what is left; says how much it all was.
    pub(crate) fn finish(mut self) -> Result<(Sum, Option<Recording>), Failure> {
        if self.recording.is_none() {
            self.release()?;
            self.writer.finish(self.out).map_err(Failure::output)?;
        }
        Ok((self.sum, self.recording))
    }
}
