//! Base64url without padding (RFC 7515 §2), canonical only.

use super::lanes;
use ::core::slice;
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
    let (blocks, tail) = text.as_chunks::<16>();
    // Whatever is there already is written over, and need not be zero.
    octets.resize(blocks.len().saturating_add(1).saturating_mul(12), 0);
    let mut last = [b'A'; 16];
    for (place, character) in last.iter_mut().zip(tail) {
        *place = *character;
    }
    let (decoded, _) = octets.as_chunks_mut::<12>();
    let Some((end, whole)) = decoded.split_last_mut() else { return Err(NotBase64Url) };
    if !(lanes::decode_sextets(blocks, whole) & lanes::decode_sextets(slice::from_ref(&last), slice::from_mut(end))) {
        return Err(NotBase64Url);
    }
    let length = text.len().saturating_mul(3) / 4;
    // What the last octet leaves of its character, an encoder fills with zeros, as `A` does.
    if octets.iter().skip(length).any(|octet| *octet != 0) {
        return Err(NotBase64Url);
    }
    octets.truncate(length);
    Ok(())
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
        for length in 0..=40_u8 {
            let octets: Vec<u8> = (0..length).map(|at| 0xfb_u8.wrapping_sub(at.wrapping_mul(77))).collect();
            let text = encode(&octets);
            assert_eq!(decode(text.as_bytes()), Ok(octets));
            for at in 0..text.len() {
                let mut accepted = 0;
                for other in 0..=255_u8 {
                    let mut variant = text.as_bytes().to_vec();
                    variant[at] = other;
                    if let Ok(octets) = decode(&variant) {
                        assert_eq!(encode(&octets).as_bytes(), variant);
                        accepted += 1;
                    }
                }
                // As many as the character has bits that count: fewer at the end.
                let bits = if at + 1 == text.len() { [64, 4, 16][usize::from(length) % 3] } else { 64 };
                assert_eq!(accepted, bits, "{at} of {length}");
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
