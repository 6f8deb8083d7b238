//! Telling what stands for a credential from what is one.

/// Whether the bytes stand for a credential rather than being one: `xxxxxxxx`, `${TOKEN}`, our own replacement.
pub(crate) fn is_placeholder(bytes: &[u8], distinct_min: u8) -> bool {
    let mut seen = [0_u64; 4];
    for byte in bytes {
        if let Some(word) = seen.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }
    let distinct: u32 = seen.iter().map(|word| word.count_ones()).sum();
    let templates: [&[u8]; 5] = [b"${", b"$(", b"{{", b"[REDACTED", b"*REDACTED"];
    distinct < u32::from(distinct_min) || templates.iter().any(|start| bytes.starts_with(start))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn placeholders_are_told_from_secrets() {
        for text in ["", "xxxxxxxxxxxx", "${TOKEN}", "{{ token }}", "[REDACTED:a.b]**"] {
            assert!(is_placeholder(text.as_bytes(), 5), "{text}");
        }
        assert!(!is_placeholder(b"abcde", 5));
    }
}
