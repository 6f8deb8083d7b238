//! Examples: templates that a seed turns into text, so that no file holds anything that looks like a secret.
//!
//! The template language is described in `docs/rule-format.md`, "Examples".

use std::ops::Range;

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{Rule, check::Check, table};

/// The templates of one rule.
#[derive(Debug)]
pub struct Examples {
    /// Where the rule must find something, exactly where the template says.
    pub found: &'static [&'static str],
    /// Where it must find nothing.
    pub not_found: &'static [&'static str],
}

/// A template's text, and where the secret stands in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Example {
    /// The text.
    pub text: Vec<u8>,
    /// The secret's place.
    pub secret: Range<usize>,
}

impl Example {
    /// The secret itself.
    pub fn secret(&self) -> &[u8] {
        self.text.get(self.secret.clone()).unwrap_or_default()
    }
}

/// The examples of a built-in rule.
pub fn of(rule: &Rule) -> Option<&'static Examples> {
    let place = table::RULES.iter().position(|other| other.id == rule.id)?;
    table::EXAMPLES.get(place)
}

/// Expands a template with a seed.
///
/// # Errors
/// A sentence that names the part that is not understood.
pub fn expand(template: &str, rule: &Rule, seed: u64) -> Result<Example, String> {
    let mut writer = Writer {
        text: Vec::new(),
        secret: 0..0,
        check: &rule.check,
        random: Random(seed ^ 0x5DEE_CE66_D1CE_4E5B),
    };
    writer.expand(template)?;
    let Writer { text, mut secret, .. } = writer;
    if secret.end == 0 {
        secret = 0..text.len();
    }
    Ok(Example { text, secret })
}

/// A small generator of even quality (SplitMix64); the seed is all there is to it.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn pick(&mut self, alphabet: &[u8]) -> u8 {
        alphabet.get(self.below(alphabet.len())).copied().unwrap_or(b'0')
    }

    fn bytes(&mut self, alphabet: &[u8], count: usize) -> Vec<u8> {
        (0..count).map(|_| self.pick(alphabet)).collect()
    }
}

struct Writer<'a> {
    text: Vec<u8>,
    secret: Range<usize>,
    check: &'a Check,
    random: Random,
}

impl Writer<'_> {
    fn expand(&mut self, template: &str) -> Result<(), String> {
        let mut rest = template;
        while let Some(byte) = rest.bytes().next() {
            let skip = match rest {
                _ if rest.starts_with("{{") || rest.starts_with("}}") => {
                    self.text.push(byte);
                    2
                }
                _ if rest.starts_with("<<") => {
                    self.secret.start = self.text.len();
                    2
                }
                _ if rest.starts_with(">>") => {
                    self.secret.end = self.text.len();
                    2
                }
                _ if byte == b'{' => {
                    let end = rest.find('}').ok_or_else(|| format!("{rest:?} is not closed"))?;
                    self.part(rest.get(1..end).unwrap_or_default())?;
                    end + 1
                }
                _ => {
                    self.text.push(byte);
                    1
                }
            };
            // Templates are ASCII but for literal text, whose bytes are copied one by one.
            rest = match rest.get(skip..) {
                Some(rest) => rest,
                None => {
                    return Err("templates are ASCII".into());
                }
            };
        }
        Ok(())
    }

    fn part(&mut self, part: &str) -> Result<(), String> {
        let (name, argument) = part.split_once(':').unwrap_or((part, ""));
        let written = match name {
            "check" => {
                let before = self.text.get(self.secret.start..).unwrap_or_default();
                let digest = self.check.digest(before).ok_or("the rule's check writes nothing")?;
                digest.as_slice().to_vec()
            }
            "seal" => self.seal(argument).map(|()| Vec::new())?,
            "uuid" => self.uuid(),
            "jwt" => self.jwt(),
            "pem" => self.pem(argument.parse().map_err(|_| format!("lines {argument:?}"))?),
            "base64" => {
                let text = self.fill(argument);
                BASE64_STANDARD_NO_PAD.encode(text).into_bytes()
            }
            "b64json" if !argument.is_empty() => self.json(argument),
            "b64json" => {
                let json = format!(r#"{{"iat":{},"o":"acme"}}"#, self.random.below(1 << 30));
                BASE64_URL_SAFE_NO_PAD.encode(json).into_bytes()
            }
            class => {
                let alphabet = alphabet(class).ok_or_else(|| format!("class {class:?}"))?;
                let count = self.count(argument)?;
                self.random.bytes(&alphabet, count)
            }
        };
        self.text.extend(written);
        Ok(())
    }

    /// Rewrites the secret so far so that its checksum holds; with a class, so that it is all of that class.
    fn seal(&mut self, class: &str) -> Result<(), String> {
        let secret = self.text.get_mut(self.secret.start..).unwrap_or_default();
        let reason = "the rule's check seals nothing";
        if class.is_empty() {
            return self.check.seal(secret).ok_or_else(|| reason.into());
        }
        let class = alphabet(class).ok_or_else(|| format!("class {class:?}"))?;
        // The checksum is as it is: another first byte gives another one.
        for byte in &class {
            *secret.first_mut().ok_or(reason)? = *byte;
            self.check.seal(secret).ok_or(reason)?;
            if secret.iter().all(|byte| class.contains(byte) || *byte == b'=') {
                return Ok(());
            }
        }
        Err("no checksum of that class".into())
    }

    /// The text with a digit for every `#`, a lower-case hexadecimal one for `%`, a letter or digit for `*`.
    fn fill(&mut self, text: &str) -> Vec<u8> {
        let (digit, hex) = (&b"0123456789"[..], &b"0123456789abcdef"[..]);
        let alnum = alphabet("alnum").unwrap_or_default();
        text.bytes()
            .map(|byte| match byte {
                b'#' => self.random.pick(digit),
                b'%' => self.random.pick(hex),
                b'*' => self.random.pick(&alnum),
                _ => byte,
            })
            .collect()
    }

    /// A JSON object with these keys in base64, which is the same in either alphabet.
    fn json(&mut self, keys: &str) -> Vec<u8> {
        let fields: Vec<String> = keys
            .split(',')
            .map(|key| {
                let value = self.fill("************");
                format!(r#""{key}":"{}""#, value.escape_ascii())
            })
            .collect();
        BASE64_URL_SAFE_NO_PAD.encode(format!("{{{}}}", fields.join(","))).into_bytes()
    }

    fn count(&mut self, text: &str) -> Result<usize, String> {
        let number = |part: &str| part.parse::<usize>().map_err(|_| format!("count {text:?}"));
        match text.split_once('-') {
            None => number(text),
            Some((min, max)) => {
                let (min, max) = (number(min)?, number(max)?);
                Ok(min + self.random.below(max.saturating_sub(min) + 1))
            }
        }
    }

    fn uuid(&mut self) -> Vec<u8> {
        let groups = [8, 4, 4, 4, 12].map(|count| self.random.bytes(b"0123456789abcdef", count));
        groups.join(&b'-')
    }

    fn jwt(&mut self) -> Vec<u8> {
        let encode = |text: String| BASE64_URL_SAFE_NO_PAD.encode(text).into_bytes();
        let header = encode(r#"{"alg":"HS256","typ":"JWT"}"#.into());
        let subject = self.random.below(1 << 30);
        let payload = encode(format!(r#"{{"sub":"{subject}","iat":1700000000}}"#));
        let class = alphabet("b64url").unwrap_or_default();
        [header, payload, self.random.bytes(&class, 43)].join(&b'.')
    }

    fn pem(&mut self, lines: usize) -> Vec<u8> {
        let class = alphabet("b64").unwrap_or_default();
        (0..lines)
            .flat_map(|_| {
                let mut line = self.random.bytes(&class, 64);
                line.push(b'\n');
                line
            })
            .collect()
    }
}

fn alphabet(class: &str) -> Option<Vec<u8>> {
    let (digit, lower, upper) = (b'0'..=b'9', b'a'..=b'z', b'A'..=b'Z');
    Some(match class {
        "digit" => digit.collect(),
        "lower" => lower.collect(),
        "upper" => upper.collect(),
        "alpha" => lower.chain(upper).collect(),
        "alnum" => digit.chain(lower).chain(upper).collect(),
        "lowernum" => digit.chain(lower).collect(),
        "uppernum" => digit.chain(upper).collect(),
        "hex" => digit.chain(b'a'..=b'f').collect(),
        "hexupper" => digit.chain(b'A'..=b'F').collect(),
        "b64" => digit.chain(lower).chain(upper).chain(*b"+/").collect(),
        "b64url" => digit.chain(lower).chain(upper).chain(*b"-_").collect(),
        "b32" => upper.chain(b'2'..=b'7').collect(),
        "b32lower" => lower.chain(b'2'..=b'7').collect(),
        "b58" => digit.chain(lower).chain(upper).filter(|byte| !b"0OIl".contains(byte)).collect(),
        // BIP-173.
        "bech32" => b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".to_vec(),
        "bech32lower" => b"qpzry9x8gf2tvdw0s3jn54khce6mua7l".to_vec(),
        "password" => digit.chain(lower).chain(upper).chain(*b"!.~_-").collect(),
        _ => return None,
    })
}
