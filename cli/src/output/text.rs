//! For people: a line a finding, as compilers and `grep` write them.

use std::io::{self, Write};

use super::Writer;
use crate::{hit::Report, words::printable};

pub(super) struct Text {
    pub(super) is_coloured: bool,
}

/// What a terminal takes for: start of magenta, of green, of bold red; and the end of each.
const COLOURS: [&str; 4] = ["\u{1b}[35m", "\u{1b}[32m", "\u{1b}[1;31m", "\u{1b}[0m"];

impl Writer for Text {
    fn report(&mut self, out: &mut dyn Write, report: &Report) -> io::Result<()> {
        let [path_on, line_on, rule_on, off] = if self.is_coloured { COLOURS } else { [""; 4] };
        let path = printable(&report.path);
        let commit = report.commit.as_deref().map(|commit| commit.get(..12).unwrap_or(commit));
        let commit = commit.map(|commit| format!("{commit}:")).unwrap_or_default();
        for hit in &report.hits {
            let (line, column) = (hit.place.line, hit.place.column);
            let (rule, confidence) = (hit.rule.id, hit.confidence.name());
            writeln!(
                out,
                "{commit}{path_on}{path}{off}:{line_on}{line}{off}:{column}: \
                 {rule_on}{rule}{off} {confidence}: {}",
                hit.excerpt
            )?;
        }
        Ok(())
    }
}
