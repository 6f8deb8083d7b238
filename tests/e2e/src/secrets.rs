//! Planted secrets, built when a test runs: no secret-looking text stands in this repository.

use std::collections::HashMap;

/// A credential with the text it stands in.
#[derive(Clone, Debug)]
pub struct Planted {
    /// What it is, for messages.
    pub name: &'static str,
    /// The credential as a server would print it, with the context that makes it one.
    pub text: String,
    /// The part of `text` that must be gone afterwards.
    pub secret: String,
    /// The pieces of it that nobody could guess. Not even a part of one may be seen.
    unguessable: Vec<String>,
}

/// So many bytes of a secret in a row are a leak.
const LEAK_BYTES: usize = 10;

impl Planted {
    /// Whether the text holds the secret, or a telling part of it.
    pub fn leaks_in(&self, text: &[u8]) -> bool {
        first_leak(std::slice::from_ref(self), text).is_some()
    }

    /// Where the secret stands in its text.
    pub fn offset(&self) -> usize {
        self.text.find(&self.secret).unwrap_or(0)
    }

    fn new(name: &'static str, prefix: &str, body: &str) -> Self {
        let text = format!("{prefix}{body}");
        Self { name, secret: text.clone(), text, unguessable: vec![body.to_owned()] }
    }

    fn within(name: &'static str, before: &str, secret: &str, after: &str) -> Self {
        let text = format!("{before}{secret}{after}");
        let unguessable = vec![secret.to_owned()];
        Self { name, text, secret: secret.to_owned(), unguessable }
    }
}

/// One of each of the representative kinds. Each seed gives others.
pub fn all(seed: u64) -> Vec<Planted> {
    vec![
        github_pat(seed),
        npm(seed),
        gitlab_pat(seed),
        slack_bot(seed),
        slack_webhook(seed),
        stripe_live(seed),
        openai_project(seed),
        anthropic(seed),
        sendgrid(seed),
        vault_service(seed),
        digitalocean(seed),
        shopify(seed),
        jwt(seed),
        database_url(seed),
        private_key(seed),
    ]
}

/// A GitHub personal access token, with its checksum.
pub fn github_pat(seed: u64) -> Planted {
    let body = with_crc(&noise(seed ^ 1, 30, ALNUM));
    Planted::new("github pat", &["gh", "p_"].concat(), &body)
}

/// A GitHub OAuth token, with its checksum.
pub fn github_oauth(seed: u64) -> Planted {
    let body = with_crc(&noise(seed ^ 21, 30, ALNUM));
    Planted::new("github oauth token", &["gh", "o_"].concat(), &body)
}

/// An npm access token, with its checksum.
pub fn npm(seed: u64) -> Planted {
    Planted::new("npm token", &["np", "m_"].concat(), &with_crc(&noise(seed ^ 2, 30, ALNUM)))
}

/// A GitLab personal access token.
pub fn gitlab_pat(seed: u64) -> Planted {
    Planted::new("gitlab pat", &["gl", "pat-"].concat(), &noise(seed ^ 3, 20, ALNUM))
}

/// A Slack bot token.
pub fn slack_bot(seed: u64) -> Planted {
    let prefix = ["xo", "xb-"].concat() + &noise(seed ^ 4, 12, "123456789") + "-";
    let prefix = prefix + &noise(seed ^ 5, 12, "123456789") + "-";
    Planted::new("slack bot token", &prefix, &noise(seed ^ 6, 24, ALNUM))
}

/// A Slack incoming webhook.
pub fn slack_webhook(seed: u64) -> Planted {
    let prefix = ["https://hooks.sl", "ack.com/serv", "ices/"].concat();
    let ids = format!("T{}/B{}/", noise(seed ^ 7, 10, UPPER), noise(seed ^ 8, 10, UPPER));
    Planted::new("slack webhook", &(prefix + &ids), &noise(seed ^ 9, 24, ALNUM))
}

/// A live Stripe secret key.
pub fn stripe_live(seed: u64) -> Planted {
    Planted::new("stripe secret key", &["sk_", "live_"].concat(), &noise(seed ^ 10, 24, ALNUM))
}

/// A live Stripe publishable key: public by design.
pub fn stripe_publishable(seed: u64) -> Planted {
    Planted::new("stripe publishable", &["pk_", "live_"].concat(), &noise(seed ^ 22, 24, ALNUM))
}

/// An OpenAI project key, with the mark in its middle.
pub fn openai_project(seed: u64) -> Planted {
    let mark = ["T3Blb", "kFJ"].concat();
    let body = noise(seed ^ 11, 74, ALNUM) + &mark + &noise(seed ^ 12, 74, ALNUM);
    Planted::new("openai project key", &["sk-", "proj-"].concat(), &body)
}

/// An Anthropic API key.
pub fn anthropic(seed: u64) -> Planted {
    let body = noise(seed ^ 13, 93, ALNUM) + "AA";
    Planted::new("anthropic key", &["sk-", "ant-api03-"].concat(), &body)
}

/// A SendGrid key.
pub fn sendgrid(seed: u64) -> Planted {
    let body = noise(seed ^ 14, 22, ALNUM) + "." + &noise(seed ^ 15, 43, ALNUM);
    Planted::new("sendgrid key", &["S", "G."].concat(), &body)
}

/// A HashiCorp Vault service token.
pub fn vault_service(seed: u64) -> Planted {
    let body = ["CA", "ESI"].concat() + &noise(seed ^ 16, 90, ALNUM);
    Planted::new("vault service token", &["hv", "s."].concat(), &body)
}

/// A DigitalOcean personal access token.
pub fn digitalocean(seed: u64) -> Planted {
    Planted::new("digitalocean token", &["dop", "_v1_"].concat(), &noise(seed ^ 17, 64, HEX))
}

/// A Shopify private app token.
pub fn shopify(seed: u64) -> Planted {
    Planted::new("shopify token", &["shp", "at_"].concat(), &noise(seed ^ 18, 32, HEX))
}

/// A Google API key as web pages show it: public by design.
pub fn google_api_key(seed: u64) -> Planted {
    Planted::new("google api key", &["AI", "zaSy"].concat(), &noise(seed ^ 23, 33, ALNUM))
}

/// An AWS key pair: the secret key, in the line that an environment dump has.
pub fn aws_secret(seed: u64) -> Planted {
    let name = ["AWS_SECRET", "_ACCESS_KEY="].concat();
    Planted::within("aws secret key", &name, &noise(seed ^ 24, 40, ALNUM), "\n")
}

/// An AWS access key id: an identifier.
pub fn aws_key_id(seed: u64) -> Planted {
    Planted::new("aws key id", &["AK", "IA"].concat(), &noise(seed ^ 25, 16, BASE32))
}

/// A JSON web token.
pub fn jwt(seed: u64) -> Planted {
    // {"alg":"HS256"} and {"sub":"…"} in base64url: the header's text is the same in every token.
    let header = ["eyJ", "hbGciOiJIUzI1NiJ9"].concat();
    let claims = format!(r#"{{"sub":"{}"}}"#, noise(seed ^ 19, 25, ALNUM));
    let claims = base64url(claims.as_bytes());
    let (key, subject) = claims.split_at(12);
    let body = format!("{subject}.{}", noise(seed ^ 20, 43, ALNUM));
    Planted::new("jwt", &format!("{header}.{key}"), &body)
}

/// A database URL with a password in it.
pub fn database_url(seed: u64) -> Planted {
    let before = ["postgres:/", "/app:"].concat();
    let password = noise(seed ^ 26, 18, ALNUM);
    Planted::within("database password", &before, &password, "@db.internal:5432/shop")
}

/// A value that no rule knows: only a vault's word makes it a secret.
pub fn vault_value(seed: u64) -> Planted {
    Planted::new("vault value", "key-", &noise(seed ^ 40, 28, ALNUM))
}

/// The same with characters that URLs, JSON and HTML write in ways of their own.
pub fn odd_value(seed: u64) -> Planted {
    let (first, last) = (noise(seed ^ 41, 16, ALNUM), noise(seed ^ 42, 16, ALNUM));
    let secret = format!("{first}+/\"<>&' =%\\{last}");
    Planted { name: "odd value", text: secret.clone(), secret, unguessable: vec![first, last] }
}

/// A PEM private key of a few lines.
pub fn private_key(seed: u64) -> Planted {
    let lines: Vec<String> = (0..6).map(|line| noise(seed ^ (30 + line), 64, ALNUM)).collect();
    let edge = |word: &str| ["-----", word, " PRIV", "ATE KEY-----"].concat();
    let body = ["MIIEvQ", "IBADANBgkqhkiG9w0B"].concat() + &lines[0][..40];
    let mut lines = lines;
    lines[0] = body;
    let text = format!("{}\n{}\n{}\n", edge("BEGIN"), lines.join("\n"), edge("END"));
    let secret = lines.join("\n");
    lines[0] = lines[0][24..].to_owned();
    Planted { name: "private key", text, secret, unguessable: lines }
}

const ALNUM: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE32: &str = "234567ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const HEX: &str = "0123456789abcdef";

/// Random-looking text from an alphabet, the same for the same seed.
pub fn noise(seed: u64, length: usize, alphabet: &str) -> String {
    let letters = alphabet.as_bytes();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        letters[usize::try_from(state >> 40).unwrap_or(0) % letters.len()]
    };
    (0..length).map(|_| char::from(next())).collect()
}

/// A body followed by its CRC-32 as six base-62 digits, as GitHub and npm write it.
fn with_crc(body: &str) -> String {
    let mut crc = u32::MAX;
    for byte in body.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let mut rest = !crc;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = ALNUM.as_bytes()[(rest % 62) as usize];
        rest /= 62;
    }
    format!("{body}{}", String::from_utf8_lossy(&digits))
}

/// Bytes in the URL-safe form of base64, without padding.
pub fn base64url(bytes: &[u8]) -> String {
    let alphabet = [&ALNUM[10..36], &ALNUM[36..], &ALNUM[..10], "-_"].concat().into_bytes();
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let mut word = 0_usize;
        for index in 0..3 {
            word = word << 8 | usize::from(group.get(index).copied().unwrap_or(0));
        }
        for digit in 0..=group.len() {
            out.push(char::from(alphabet[word >> (18 - 6 * digit) & 63]));
        }
    }
    out
}

/// The name of a secret of which the text holds a telling part. One pass over the text, whatever
/// the number of secrets.
pub fn first_leak(planted: &[Planted], text: &[u8]) -> Option<&'static str> {
    let mut parts: HashMap<&[u8], &'static str> = HashMap::new();
    for secret in planted {
        for piece in &secret.unguessable {
            assert!(piece.len() >= LEAK_BYTES, "{}: too short to recognise", secret.name);
            parts.extend(piece.as_bytes().windows(LEAK_BYTES).map(|part| (part, secret.name)));
        }
    }
    text.windows(LEAK_BYTES).find_map(|window| parts.get(window).copied())
}

/// Asserts that the secret, and nothing but the secret, was replaced at the same length.
///
/// # Panics
/// When it was not.
pub fn assert_redacted(planted: &Planted, before: &[u8], after: &[u8]) {
    let name = planted.name;
    let start = crate::wire::find(before, planted.secret.as_bytes()).expect("a planted text");
    let end = start + planted.secret.len();
    assert!(!planted.leaks_in(after), "{name} leaks");
    assert_eq!(before.len(), after.len(), "{name}: the length changed");
    assert_eq!(&before[..start], &after[..start], "{name}: bytes before the secret changed");
    assert_eq!(&before[end..], &after[end..], "{name}: bytes after the secret changed");
    let shown = String::from_utf8_lossy(&after[start..end]).into_owned();
    // In a URL or a form, asterisks stand for what would have to be escaped.
    let labelled = shown.contains("[REDACTED:") || shown.contains("*REDACTED*");
    let marked = labelled || shown.bytes().all(|byte| byte == b'*');
    assert!(marked, "{name}: no mark in {shown}");
}
