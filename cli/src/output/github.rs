//! For GitHub Actions: workflow commands that stand beside the line in a pull request.
//!
//! The commands are those of "Workflow commands for GitHub Actions", docs.github.com.

use std::io::{self, Write};

use super::Writer;
use crate::hit::Report;

pub(super) struct Github;

impl Writer for Github {
    fn report(&mut self, out: &mut dyn Write, report: &Report) -> io::Result<()> {
        let path = property(&report.path);
        for hit in &report.hits {
            let (line, column) = (hit.place.line, hit.place.column);
            let message = format!(
                "{} ({}). Revoke it first: it counts as known to others.",
                super::title(hit),
                hit.confidence.name()
            );
            writeln!(
                out,
                "::error file={path},line={line},col={column},title={}::{}",
                property(hit.rule.id),
                data(&message)
            )?;
        }
        Ok(())
    }
}

/// What a message may hold.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What a property may hold.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_end_a_command() {
        assert_eq!(property("a,b::c\n%"), "a%2Cb%3A%3Ac%0A%25");
    }
}
