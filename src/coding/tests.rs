//! Unpacking and packing, whatever the cuts.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{
    testing::{packed, packed_in, stacks, unpacked},
    *,
};

/// Text that packs, and some that does not.
fn text(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let mut text = Vec::new();
    while text.len() < bytes {
        let line =
            format!("{{\"id\": {}, \"name\": \"user {}\", \"ok\": true}}\n", next(), next() % 9);
        text.extend_from_slice(line.as_bytes());
        text.extend((0..next() % 7).map(|_| next() as u8));
    }
    text.truncate(bytes);
    text
}

#[test]
fn what_is_packed_unpacks_however_it_is_cut() {
    for codings in stacks() {
        for bytes in [0, 1, 17, 3_000] {
            let text = text(bytes);
            let coded = packed(codings, &text);
            for cut in 0..=coded.len() {
                let (one, other) = coded.split_at(cut);
                let got = unpacked(codings, &[one, other], Bounds::default());
                assert!(got.as_ref() == Ok(&text), "{codings:?}: {bytes} bytes, cut at {cut}");
            }
            let single: Vec<&[u8]> = coded.chunks(1).collect();
            assert!(unpacked(codings, &single, Bounds::default()) == Ok(text), "{codings:?}");
        }
    }
}

#[test]
fn large_bodies_pass_through_small_windows() {
    for codings in stacks() {
        let text = text(3_000_000);
        let coded = packed(codings, &text);
        assert!(coded.len() < text.len(), "{codings:?}: {} bytes", coded.len());
        let pieces: Vec<&[u8]> = coded.chunks(16_384).collect();
        assert!(unpacked(codings, &pieces, Bounds::default()) == Ok(text), "{codings:?}");
    }
}

/// What is flushed can be read without what follows: an event stream does not wait.
#[test]
fn what_is_flushed_is_there() {
    for codings in stacks() {
        let (mut packer, mut unpacker) =
            (Packer::new(codings), Unpacker::new(codings, Bounds::default()));
        for number in 0..50 {
            let event = format!("data: {{\"n\": {number}}}\n\n").into_bytes();
            let (mut coded, mut got) = (Vec::new(), Vec::new());
            packer.write(&event, &mut coded).unwrap();
            packer.flush(&mut coded).unwrap();
            unpacker.write(&coded, |piece| got.extend_from_slice(piece)).unwrap();
            assert_eq!(got, event, "{codings:?}");
            assert!(!unpacker.is_in_block() && !unpacker.is_whole(), "{codings:?}");
            coded.clear();
            packer.flush(&mut coded).unwrap();
            assert!(coded.is_empty(), "{codings:?}: flushed twice");
        }
    }
}

#[test]
fn a_body_that_ends_too_soon_is_broken() {
    for codings in stacks() {
        let coded = packed(codings, &text(500));
        for end in 1..coded.len() {
            let got = unpacked(codings, &[&coded[..end]], Bounds::default());
            assert_eq!(got.unwrap_err().0, Broken::Corrupt, "{codings:?}: {end} bytes");
        }
    }
}

#[test]
fn gzip_and_zstd_have_members_and_the_others_have_not() {
    let text = text(100);
    for codings in [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd] {
        let has_members = matches!(codings, Coding::Gzip | Coding::Zstd);
        let codings = Codings::from([codings]);
        let coded = packed(codings, &text).repeat(2);
        let single: Vec<&[u8]> = coded.chunks(1).collect();
        for pieces in [vec![coded.as_slice()], single] {
            let got = unpacked(codings, &pieces, Bounds::default());
            let expected = if has_members { Ok(text.repeat(2)) } else { Err(Broken::Corrupt) };
            assert!(got.map_err(|(broken, _)| broken) == expected, "{codings:?}");
        }
        let mut more = packed(codings, &text);
        more.push(0x55);
        assert!(
            unpacked(codings, &[&more], Bounds::default()).is_err(),
            "{codings:?}: one byte more"
        );
    }
}

/// A fuzzer's find: the last block of a frame may be empty, and nothing is given for it.
#[test]
fn a_last_block_may_be_empty() {
    let coded = b"\x28\xB5\x2F\xFD\x00\x48\x10\x00\x00ab\x01\x00\x00";
    let zstd = Codings::from([Coding::Zstd]);
    let (mut unpacker, mut given) = (Unpacker::new(zstd, Bounds::default()), Vec::new());
    unpacker.write(coded, |text| given.push(text.to_vec())).unwrap();
    assert_eq!(given, [b"ab".to_vec()]);
    assert!(unpacker.is_whole());
}

#[test]
fn a_wrong_checksum_is_broken() {
    for codings in [Coding::Gzip, Coding::Deflate, Coding::Zstd] {
        let codings = Codings::from([codings]);
        let mut coded = packed(codings, &text(100));
        let place = coded.len() - if codings == Codings::from([Coding::Gzip]) { 8 } else { 4 };
        coded[place] ^= 1;
        let got = unpacked(codings, &[&coded], Bounds::default());
        assert_eq!(got.unwrap_err().0, Broken::Corrupt, "{codings:?}");
    }
}

#[test]
fn bare_deflate_is_read() {
    use flate2::{Compress, Compression, FlushCompress};
    let text = text(2_000);
    for level in [0, 1, 6] {
        let mut coded = Vec::with_capacity(4_000);
        let mut bare = Compress::new(Compression::new(level), false);
        bare.compress_vec(&text, &mut coded, FlushCompress::Finish).unwrap();
        let codings = Codings::from([Coding::Deflate]);
        let single: Vec<&[u8]> = coded.chunks(1).collect();
        assert!(unpacked(codings, &single, Bounds::default()).as_ref() == Ok(&text), "{level}");
        assert!(unpacked(codings, &[&coded], Bounds::default()).as_ref() == Ok(&text), "{level}");
    }
}

#[test]
fn the_size_is_bounded_at_the_byte() {
    for codings in stacks().into_iter().take(4) {
        let coded = packed(codings, &text(5_000));
        for (max, is_fine) in [(4_999, false), (5_000, true), (5_001, true)] {
            let bounds = Bounds { decoded_bytes_max: max, ..Bounds::default() };
            let got = unpacked(codings, &[&coded], bounds);
            match is_fine {
                true => assert_eq!(got.unwrap().len(), 5_000),
                false => assert_eq!(got.unwrap_err().0, Broken::TooMuch, "{codings:?}"),
            }
        }
    }
}

#[test]
fn a_bomb_is_stopped_early() {
    let zeros = vec![0; 64 * 1024 * 1024];
    for codings in stacks() {
        let coded = packed(codings, &zeros);
        let pieces: Vec<&[u8]> = coded.chunks(4_096).collect();
        let (broken, got) = unpacked(codings, &pieces, Bounds::default()).unwrap_err();
        assert_eq!(broken, Broken::TooMuch, "{codings:?}: {} bytes", coded.len());
        assert!(got.len() < zeros.len() / 2, "{codings:?}: {} bytes came out", got.len());
        // Up to a mebibyte the ratio does not count.
        let short = packed(codings, &zeros[..1_000_000]);
        assert!(unpacked(codings, &[&short], Bounds::default()).is_ok(), "{codings:?}");
    }
}

/// A body that begins like a bomb and goes on like noise is the one or the other, however it is cut.
#[test]
fn the_ratio_does_not_depend_on_cuts() {
    let noise: Vec<u8> =
        (0..40_000_u32).map(|it| (it.wrapping_mul(0x9E37_79B9) >> 24) as u8).collect();
    for (codings, spaces) in stacks().into_iter().flat_map(|it| [(it, 1_000_000), (it, 1_500_000)])
    {
        let mut text = vec![b' '; spaces];
        text.extend_from_slice(&noise);
        let coded = packed(codings, &text);
        let whole = unpacked(codings, &[&coded], Bounds::default()).map_err(|(broken, _)| broken);
        for size in [1, 1_000, 4_095, 4_096, 4_097] {
            let pieces: Vec<&[u8]> = coded.chunks(size).collect();
            let got = unpacked(codings, &pieces, Bounds::default()).map_err(|(broken, _)| broken);
            assert!(got == whole, "{codings:?}: {spaces} spaces in pieces of {size}");
        }
        let expected = if spaces == 1_000_000 { Ok(text) } else { Err(Broken::TooMuch) };
        assert!(whole == expected, "{codings:?}: {spaces} spaces");
    }
}

/// RFC 8878 §3.1.2: what a frame without a text holds is no text.
#[test]
fn skippable_frames_are_skipped_and_windows_are_bounded() {
    let codings = Codings::from([Coding::Zstd]);
    let text = text(100);
    let skippable = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, b'a', b'b', b'c'];
    let coded = [&skippable[..], &packed(codings, &text), &skippable].concat();
    let single: Vec<&[u8]> = coded.chunks(1).collect();
    assert!(unpacked(codings, &single, Bounds::default()) == Ok(text));
    // A window of 8 MiB, and the next that can be said.
    for (descriptor, broken) in [(13 << 3, Broken::Corrupt), (13 << 3 | 1, Broken::TooMuch)] {
        let header = [0x28, 0xB5, 0x2F, 0xFD, 0, descriptor];
        assert_eq!(unpacked(codings, &[&header], Bounds::default()).unwrap_err().0, broken);
    }
}

#[test]
fn codings_are_read_from_headers() {
    let of = |values: &[&str]| {
        let pairs = values.iter().map(|value| (&b"content-encoding"[..], value.as_bytes()));
        Codings::of(&pairs.collect())
    };
    assert_eq!(of(&[]), None);
    assert_eq!(of(&["identity, "]), None);
    assert_eq!(of(&["GZIP"]), Some(Ok(Codings::from([Coding::Gzip]))));
    let two = Some(Ok(Codings::from([Coding::Gzip, Coding::Brotli])));
    assert_eq!(of(&["x-gzip, identity", "br"]), two);
    assert_eq!(of(&["gzip, br, zstd"]), Some(Err(Unknown)));
    assert_eq!(of(&["compress"]), Some(Err(Unknown)));
    assert_eq!(of(&["gzip;q=1"]), Some(Err(Unknown)));
}

#[test]
fn flushed_pieces_are_one_text() {
    for codings in stacks() {
        let text = text(1_000);
        let pieces: Vec<&[u8]> = text.chunks(37).collect();
        let coded = packed_in(codings, &pieces);
        assert!(unpacked(codings, &[&coded], Bounds::default()) == Ok(text), "{codings:?}");
    }
}
