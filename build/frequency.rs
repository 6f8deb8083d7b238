//! How often two bytes follow each other in clean traffic: what makes a place cheap to look at.

use std::sync::OnceLock;

const PAIRS: &str = include_str!("pairs.txt");
/// Two letters or digits that are not listed, per million: inlined pictures have them all.
const ALNUM_PER_MILLION: f64 = 60.0;
/// Any other two bytes that are not listed.
const OTHER_PER_MILLION: f64 = 8.0;

/// How much of traffic these two bytes are, 0 to 1.
pub(crate) fn of_pair(first: u8, second: u8) -> f64 {
    static TABLE: OnceLock<Vec<f64>> = OnceLock::new();
    let table = TABLE.get_or_init(table);
    table[usize::from(first) << 8 | usize::from(second)]
}

/// How much of traffic a byte is, 0 to 1.
pub(crate) fn of_byte(byte: u8) -> f64 {
    static TABLE: OnceLock<Vec<f64>> = OnceLock::new();
    let sum = |byte: u8| (0..=255).map(|second| of_pair(byte, second)).sum();
    TABLE.get_or_init(|| (0..=255).map(sum).collect())[usize::from(byte)]
}

fn table() -> Vec<f64> {
    let unlisted = |pair: usize| {
        let [first, second] = [(pair >> 8) as u8, pair as u8];
        let is_alnum = first.is_ascii_alphanumeric() && second.is_ascii_alphanumeric();
        (if is_alnum { ALNUM_PER_MILLION } else { OTHER_PER_MILLION }) / 1e6
    };
    let mut table: Vec<f64> = (0..=0xFFFF).map(unlisted).collect();
    for line in PAIRS.lines().filter(|line| !line.starts_with('#')) {
        let (first, rest) = line.split_once(':').unwrap_or(("", ""));
        for entry in rest.split_whitespace() {
            let (second, count) = entry.split_once('=').unwrap_or(("", ""));
            let number = |text| usize::from_str_radix(text, 16);
            if let (Ok(first), Ok(second), Ok(count)) =
                (number(first), number(second), count.parse::<f64>())
            {
                table[first << 8 | second] = count / 1e6;
            }
        }
    }
    table
}
