//! What the demo prints, and how.

use std::{
    env,
    io::{self, IsTerminal},
};

use crate::leaks::{Leak, Sight};

/// The width that lines are cut to.
const WIDTH: usize = 96;

/// Standard output, with a little colour on a terminal.
pub(crate) struct Page {
    colour: bool,
}

impl Page {
    pub(crate) fn new() -> Self {
        let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colour: wanted && io::stdout().is_terminal() }
    }

    pub(crate) fn heading(&self, text: &str) {
        println!("\n{}", self.paint("1", text));
    }

    pub(crate) fn note(&self, text: &str) {
        println!("{}", self.paint("2", text));
    }

    /// The lines of a leak that hold its secrets, as they were and as they are.
    pub(crate) fn leak(&self, number: usize, leak: &Leak, direct: &Sight, through: &Sight) {
        println!("\n{:>2}. {}", number, self.paint("1", leak.title));
        println!("    {}", self.paint("2", leak.place));
        let after: Vec<&str> = through.shown.lines().collect();
        for (index, line) in direct.shown.lines().enumerate() {
            if !leak.planted.iter().any(|secret| secret.leaks_in(line.as_bytes())) {
                continue;
            }
            let now = after.get(index).copied().unwrap_or("(nothing arrived)");
            let gone = !leak.planted.iter().any(|secret| secret.leaks_in(now.as_bytes()));
            println!("    before  {}", self.paint("31", &cut(&shorten(line, leak))));
            let (colour, shown) = if gone { ("32", fold(now)) } else { ("31", shorten(now, leak)) };
            println!("    after   {}", self.paint(colour, &cut(&shown)));
            if !gone {
                println!("    {}", self.paint("1;31", "STILL LEAKS"));
            }
        }
    }

    /// One thing that is shown, what came of it, and whether that is as it should be.
    pub(crate) fn step(&self, what: &str, came: &str, is_good: bool) {
        println!("\n    {}", self.paint("1", what));
        for line in came.lines() {
            println!("        {}", self.paint(if is_good { "32" } else { "1;31" }, &cut(line)));
        }
    }

    pub(crate) fn clean(&self, through: &Sight, identical: bool) {
        println!("\n    {}", self.paint("1", "A clean page that only looks suspicious"));
        for line in through.shown.lines().skip(1) {
            println!("            {}", cut(line));
        }
        let (colour, words) = if identical {
            ("32", "byte-identical, headers included")
        } else {
            ("1;31", "NOT the same as without hushgate")
        };
        println!("    after   {}", self.paint(colour, words));
    }

    /// The filter's own metrics.
    pub(crate) fn metrics(&self, text: &str) {
        let mut lines: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("hushgate_") && !line.starts_with('#'))
            .collect();
        lines.retain(|line| line.contains("wasmcustom") || line.starts_with("hushgate_"));
        lines.sort_unstable();
        for line in lines {
            println!("    {line}");
        }
    }

    pub(crate) fn verdict(&self, secrets: usize, failures: usize, quiet: bool, identical: bool) {
        let good = failures == 0 && quiet;
        let words = if good {
            format!(
                "Nothing leaked: {secrets} secrets went in, none came out, and none is in Envoy's \
                 log or metrics."
            )
        } else {
            let mut words = format!("FAILED: {failures} of {secrets} secrets and pages went wrong");
            if !quiet {
                words.push_str("; a secret is in Envoy's log or metrics");
            }
            if !identical {
                words.push_str("; the clean page changed");
            }
            words
        };
        println!("\n{}\n", self.paint(if good { "1;32" } else { "1;31" }, &words));
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A line with each secret shortened in its middle: enough to see that it leaked.
fn shorten(line: &str, leak: &Leak) -> String {
    let mut out = line.to_owned();
    for secret in &leak.planted {
        // As it is, or as JSON writes its line ends.
        for form in [secret.secret.clone(), secret.secret.replace('\n', "\\n")] {
            let (first, last) = if form.len() < 24 { (4, 2) } else { (8, 4) };
            let short = format!("{}…{}", &form[..first], &form[form.len() - last..]);
            out = out.replace(&form, &short);
        }
    }
    out
}

/// A line with long runs of asterisks folded.
fn fold(line: &str) -> String {
    const RUN: usize = 18;
    let mut out = String::new();
    let mut run = 0;
    for letter in line.chars() {
        run = if letter == '*' { run + 1 } else { 0 };
        match run {
            0..=RUN => out.push(letter),
            run if run == RUN + 1 => out.push('…'),
            _ => {}
        }
    }
    out
}

fn cut(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    let head: String = line.chars().take(WIDTH - 1).collect();
    head + "…"
}
