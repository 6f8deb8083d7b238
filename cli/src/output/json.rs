//! For programs: a JSON object a line.

use std::io::{self, Write};

use serde::Serialize;

use super::Writer;
use crate::{hit::Report, words::Labels};

pub(super) struct Json;

#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    line: u64,
    column: u64,
    /// Absent of findings in a patch.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    /// Absent of open-ended findings and passwords.
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
    rule: &'static str,
    title: &'static str,
    confidence: &'static str,
    labels: Labels,
    excerpt: &'a str,
    context: String,
}

impl Writer for Json {
    fn report(&mut self, out: &mut dyn Write, report: &Report) -> io::Result<()> {
        for hit in &report.hits {
            let line = Line {
                path: &report.path,
                commit: report.commit.as_deref(),
                line: hit.place.line,
                column: hit.place.column,
                offset: hit.offset,
                length: hit.len,
                rule: hit.rule.id,
                title: super::title(hit),
                confidence: hit.confidence.name(),
                labels: Labels::of(hit.rule),
                excerpt: &hit.excerpt,
                context: hit.context.to_string(),
            };
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}
