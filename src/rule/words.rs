//! Words: whether a text is made of them, as names, sentences and placeholders are, and secrets are not.
//!
//! English and its neighbours alone, and roughly: by which letters follow each other. It judges what is found by a name,
//! where nothing else tells a key from the name of one.

/// Whether the word occurs, letters in either case. The word is in lower case.
pub(super) fn contains(text: &[u8], word: &str) -> bool {
    let word = word.as_bytes();
    text.windows(word.len().max(1)).any(|window| window.eq_ignore_ascii_case(word))
}

/// What a part of a text, between separators, looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Letters that make words: `password`, `secretName`, `API`; or a few digits.
    Word,
    /// Words and a number behind them: `hunter2`, `step12`.
    Numbered,
    /// Anything else.
    Other,
}

/// More digits at a word's end, or alone, are no number of anything.
const NUMBER_BYTES_MAX: usize = 4;

impl Part {
    /// What these letters and digits are; other bytes are none.
    pub(super) fn of(part: &[u8]) -> Part {
        let digits = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let letters = part.get(..part.len() - digits).unwrap_or_default();
        match (letters.len(), digits) {
            (0, 0..=NUMBER_BYTES_MAX) => Part::Word,
            (_, 0) if is_words(letters) => Part::Word,
            (1.., 1..=NUMBER_BYTES_MAX) if is_words(letters) => Part::Numbered,
            _ => Part::Other,
        }
    }
}

/// The parts of a text between whatever is no letter or digit.
pub(super) fn parts(text: &[u8]) -> impl Iterator<Item = Part> {
    let parts = text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(Part::of)
}

/// Whether the letters are words, one behind the other as in `secretName`: humps are long, and letters follow each other
/// as they do in words.
fn is_words(letters: &[u8]) -> bool {
    if !letters.iter().all(u8::is_ascii_alphabetic) {
        return false;
    }
    // `APIKey`: what is short for something follows no rule.
    let lower = letters.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    let is_mixed = lower > 0;
    if is_mixed && letters.len() - lower > lower + CAPITALS_MAX {
        return false;
    }
    let (mut pairs, mut common) = (0, 0);
    for pair in letters.windows(2) {
        let &[one, two] = pair else { continue };
        if !(is_mixed && two.is_ascii_uppercase()) {
            pairs += 1;
            common += usize::from(COMMON.has(one, two));
        }
    }
    let humps = humps(letters);
    let vowels = letters.iter().filter(|byte| b"aeiouyAEIOUY".contains(byte)).count();
    let is_short = humps == 1 && letters.len() <= WORD_BYTES_MAX && 5 * vowels >= letters.len();
    // Three letters a hump; two of three pairs.
    letters.len() >= 3 * (humps - 1) && (is_short || pairs < PAIRS_MIN || 3 * common >= 2 * pairs)
}

/// How many words the cases say there are: `secretName` two, `APIKey` two.
fn humps(letters: &[u8]) -> usize {
    let starts = letters.windows(3).filter(|window| {
        let [before, one, two] = window else { return false };
        let is_first = before.is_ascii_lowercase() && one.is_ascii_uppercase();
        let is_last = before.is_ascii_uppercase() && one.is_ascii_uppercase();
        is_first || (is_last && two.is_ascii_lowercase())
    });
    1 + starts.count()
}

/// Whether a text without digits has its capitals where no words have them: `aHVudGVyMg`.
pub(super) fn is_jumble(text: &[u8]) -> bool {
    let letters: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphabetic).collect();
    letters.len() >= JUMBLE_BYTES_MIN && letters.len() < 3 * (humps(&letters) - 1)
}

/// Fewer letters may have their capitals anywhere.
const JUMBLE_BYTES_MIN: usize = 8;

/// So many more capitals than other letters are those of something short: `APIKey`.
const CAPITALS_MAX: usize = 3;
/// Letters of one case alone are a word up to this length, if there are vowels among them.
const WORD_BYTES_MAX: usize = 12;
/// Fewer pairs say nothing.
const PAIRS_MIN: usize = 3;

/// Pairs of letters: for each first one, a bit for each second one.
struct Pairs([u32; 26]);

impl Pairs {
    #[allow(clippy::indexing_slicing)] // At build time, and of letters alone.
    const fn of(rows: [&str; 26]) -> Pairs {
        let mut pairs = Pairs([0; 26]);
        let mut first = 0;
        while first < 26 {
            let row = rows[first].as_bytes();
            let mut at = 0;
            while at < row.len() {
                pairs.0[first] |= 1 << (row[at] - b'a');
                at += 1;
            }
            first += 1;
        }
        pairs
    }

    fn has(&self, one: u8, two: u8) -> bool {
        let number = |byte: u8| byte.to_ascii_lowercase().wrapping_sub(b'a');
        let row = self.0.get(usize::from(number(one))).copied().unwrap_or(0);
        row.checked_shr(u32::from(number(two))).unwrap_or(0) & 1 == 1
    }
}

/// What follows each letter, from `a` to `z`, in the words of documents and programs: a third of all pairs, and nine in ten
/// of those there.
static COMMON: Pairs = Pairs::of([
    "bcdgilmnprstuvy",
    "aeloru",
    "acehiklortu",
    "adeiloruy",
    "abcdefgilmnprstuvwx",
    "aefilor",
    "aehilnru",
    "aeiort",
    "abcdefglmnorstv",
    "e",
    "ei",
    "adeilotuy",
    "abeimopu",
    "acdefgiklnostuv",
    "abcdfgklmnoprstuvw",
    "aehiloprtu",
    "u",
    "acdegikmnorstuy",
    "acehiklopstuwy",
    "acehiortuwy",
    "abcegilmnprst",
    "aei",
    "aehino",
    "it",
    "",
    "e",
]);

/// Whether all of a text is words of these, one behind the other, letters in either case: `mySecretPassword`. Of very
/// short ones two are wanted.
pub(super) fn is_made_of(letters: &[u8], list: &[&str]) -> bool {
    const LETTERS_MAX: usize = 40;
    if !(3..=LETTERS_MAX).contains(&letters.len()) {
        return false;
    }
    // Bit `n`: the first `n` letters are words.
    let mut ends = 1_u64;
    for at in 0..letters.len() {
        if ends >> at & 1 == 0 {
            continue;
        }
        let rest = letters.get(at..).unwrap_or_default();
        for word in list {
            let is_next = rest
                .get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
            ends |= u64::from(is_next) << (at + word.len());
        }
    }
    ends >> letters.len() & 1 == 1
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::view::testing::Random;

    #[test]
    fn words_are_told_from_letters() {
        for text in [
            "password",
            "secretName",
            "APIKey",
            "forgotPassword",
            "Passwort",
            "Contrasena",
            "String",
        ] {
            assert_eq!(Part::of(text.as_bytes()), Part::Word, "{text}");
        }
        for text in ["hunter2", "step12", "sha256", "Winter2024"] {
            assert_eq!(Part::of(text.as_bytes()), Part::Numbered, "{text}");
        }
        for text in ["xkqzvbwq", "qwzxkjvbnmpl", "aB3xK9", "qXvZkJwQ", "a1b2c3", "12345"] {
            assert_eq!(Part::of(text.as_bytes()), Part::Other, "{text}");
        }
    }

    /// Of random letters few are words: of 24, three in a hundred at most.
    #[test]
    fn random_letters_are_no_words() {
        let mut random = Random::new(32);
        let lower = b"abcdefghijklmnopqrstuvwxyz";
        let both = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        for alphabet in [&lower[..], both] {
            let text = |random: &mut Random| -> Vec<u8> {
                (0..24).map(|_| alphabet[random.below(alphabet.len())]).collect()
            };
            let words = (0..2_000).filter(|_| Part::of(&text(&mut random)) == Part::Word).count();
            assert!(words <= 60, "{words}");
        }
    }

    #[test]
    fn texts_are_made_of_words() {
        let list = ["my", "pass", "password", "word", "secret"];
        for text in ["password", "MyPassword", "passpass", "mysecretpassword"] {
            assert!(is_made_of(text.as_bytes(), &list), "{text}");
        }
        for text in ["", "my", "passw", "mypasswords", "xpassword"] {
            assert!(!is_made_of(text.as_bytes(), &list), "{text}");
        }
    }
}
