//! Base64url without padding (RFC 7515 §2), canonical only.

use alloc::vec::Vec;
use base64ct::{Base64UrlUnpadded, Encoding};

/// The text is not canonical base64url: padding, white space, a foreign
/// character, an impossible length, or non-zero trailing bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotBase64Url;

/// Decodes `text`.
///
/// # Errors
///
/// [`NotBase64Url`] for anything that an encoder would not have written.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, NotBase64Url> {
    let mut octets = Vec::new();
    decode_into(text, &mut octets)?;
    Ok(octets)
}

/// Decodes `text` in place of what `octets` holds. Not by `base64ct`, which encodes
/// the end once more to see whether it is canonical: 0.8 kB gzipped of a module
/// that is to have 4.
pub(crate) fn decode_into(text: &[u8], octets: &mut Vec<u8>) -> Result<(), NotBase64Url> {
    // One character more than whole groups of four holds no octet.
    if text.len() % 4 == 1 {
        return Err(NotBase64Url);
    }
    octets.clear();
    octets.resize(text.len().saturating_mul(3) / 4, 0);
    let (groups, ending) = text.as_chunks::<4>();
    let (triples, last) = octets.as_chunks_mut::<3>();
    for (group, triple) in groups.iter().zip(triples) {
        let [a, b, c, d] = group.map(sextet);
        if (a | b | c | d) & FOREIGN != 0 {
            return Err(NotBase64Url);
        }
        *triple = [(a << 2) | (b >> 4), (b << 4) | (c >> 2), (c << 6) | d];
    }
    // What the last octet leaves of its character, an encoder fills with zeros.
    let (first, second, third, left_over) = match *ending {
        [a, b] => (sextet(a), sextet(b), 0, sextet(b) & 0xf),
        [a, b, c] => (sextet(a), sextet(b), sextet(c), sextet(c) & 0x3),
        _ => return Ok(()),
    };
    if (first | second | third) & FOREIGN != 0 || left_over != 0 {
        return Err(NotBase64Url);
    }
    for (octet, value) in last.iter_mut().zip([(first << 2) | (second >> 4), (second << 4) | (third >> 2)]) {
        *octet = value;
    }
    Ok(())
}

/// Set in a table entry that stands for no sextet.
const FOREIGN: u8 = 0x80;

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a place beyond the end")]
const SEXTETS: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut sextets = [FOREIGN; 256];
    let mut value = 0;
    while value < alphabet.len() {
        sextets[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    sextets
};

#[expect(clippy::indexing_slicing, reason = "a byte is never beyond 256 entries")]
fn sextet(character: u8) -> u8 {
    SEXTETS[usize::from(character)]
}

/// Encodes `bytes`.
#[must_use]
pub fn encode(bytes: &[u8]) -> alloc::string::String {
    Base64UrlUnpadded::encode_string(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_canonical_text_only() {
        for length in 0..=5_u8 {
            let octets: Vec<u8> = (0..length).map(|at| 0xfb_u8.wrapping_sub(at.wrapping_mul(77))).collect();
            let text = encode(&octets);
            assert_eq!(decode(text.as_bytes()), Ok(octets));
            let mut accepted = 0;
            if let Some((_, rest)) = text.as_bytes().split_last() {
                for other in 0..=255_u8 {
                    let mut variant = rest.to_vec();
                    variant.push(other);
                    if let Ok(octets) = decode(&variant) {
                        assert_eq!(encode(&octets).as_bytes(), variant);
                        accepted += 1;
                    }
                }
                // As many as the last character has bits that count.
                assert_eq!(accepted, [64, 4, 16][usize::from(length) % 3], "{length}");
            }
        }
    }

    #[test]
    fn refuses_what_no_encoder_writes() {
        for text in ["A", "AAAAA", "AB", "AAB", "AA==", "AAA=", "AA A", "AA\n", "+A", "/A", "A\u{0}", "é"] {
            assert_eq!(decode(text.as_bytes()), Err(NotBase64Url), "{text:?}");
        }
    }
}
