//! Times: RFC 3339 as vaults write it, and the short form that AWS signs. Milliseconds since 1970 inside.

const DAY_MS: u64 = 86_400_000;

/// Reads a time such as `2026-11-24T12:12:02.907867854Z` or `…+01:00`; `None`: it is none, or before 1970.
pub(super) fn parse_rfc3339(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| -> Option<u64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let marks = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")];
    if marks.iter().any(|(at, mark)| text.get(*at..at + 1) != Some(mark)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_time = (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_time || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?;
    let digits = rest.strip_prefix('.').map_or("", |rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    });
    let zone = rest.get(if rest.starts_with('.') { digits.len() + 1 } else { 0 }..)?;
    let millis: u64 = format!("{digits:0<3}").get(..3)?.parse().ok()?;
    let local =
        days(year, month, day)? * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1_000 + millis;
    local.checked_add_signed(-offset_ms(zone)?)
}

/// A time zone in milliseconds east of Greenwich: `Z`, `+01:00`.
fn offset_ms(zone: &str) -> Option<i64> {
    if zone == "Z" || zone == "z" {
        return Some(0);
    }
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let two = |text: &str| -> Option<i64> {
        (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse().ok())?
    };
    Some(sign * (two(hours)? * 60 + two(minutes)?) * 60_000)
}

/// Days from 1970-01-01, in the Gregorian calendar; years are counted from March, so that a leap day is a year's last.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let (year, month) =
        if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let of_years = year * 365 + year / 4 - year / 100 + year / 400;
    let of_months = (month * 153 + 2) / 5;
    (of_years + of_months + day - 1).checked_sub(719_468)
}

/// A time as AWS signs it: `20150830T123600Z`. The first eight digits are the date.
pub(super) fn aws_time(now_ms: u64) -> String {
    let (mut left, of_day) = (now_ms / DAY_MS, now_ms % DAY_MS / 1_000);
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    // At most some thousand turns: a proxy's clock gives no time after the year 9999.
    while year < 9999 && left >= 365 + u64::from(is_leap(year)) {
        left -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}{month:02}{:02}T{hour:02}{minute:02}{second:02}Z", left + 1)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn times_are_read() {
        let cases = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T00:00:00Z", Some(951_782_400_000)),
            ("2026-11-24T12:12:02.907867854Z", Some(1_795_522_322_907)),
            ("2026-11-24T13:12:02.9+01:00", Some(1_795_522_322_900)),
            ("2026-11-24T12:12:02-00:30", Some(1_795_524_122_000)),
            ("1969-12-31T23:59:59Z", None),
            ("2026-13-24T12:12:02Z", None),
            ("2026-11-24 12:12:02Z", None),
            ("2026-11-24T12:12:02", None),
            ("2026-11-24T12:12:02+1:00", None),
            ("+026-11-24T12:12:02Z", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_rfc3339(text), expected, "{text}");
        }
    }

    #[test]
    fn times_are_written_and_read_again() {
        assert_eq!(aws_time(1_440_938_160_000), "20150830T123600Z");
        for day in 0..40_000_u64 {
            let written = aws_time(day * DAY_MS + 3_661_000);
            let (date, time) = written.split_at(8);
            assert_eq!(time, "T010101Z");
            let long = format!("{}-{}-{}T01:01:01Z", &date[..4], &date[4..6], &date[6..]);
            assert_eq!(parse_rfc3339(&long), Some(day * DAY_MS + 3_661_000), "{written}");
        }
    }
}
