//! Sixteen bytes at a time where the target has vectors, with the same answers.

/// How many bytes of a string stand for themselves: all before a quote, a
/// backslash or a control character (RFC 8259 §7).
pub fn plain_length(text: &[u8]) -> usize {
    let (blocks, tail) = text.as_chunks::<16>();
    let mut passed = 0_usize;
    for block in blocks {
        if let Some(place) = first_special(block) {
            return passed.wrapping_add(place);
        }
        passed = passed.wrapping_add(block.len());
    }
    passed.wrapping_add(first_in(tail).unwrap_or(tail.len()))
}

fn first_in(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0x00..=0x1f))
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn first_special(block: &[u8; 16]) -> Option<usize> {
    first_in(block)
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn first_special(block: &[u8; 16]) -> Option<usize> {
    use ::core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};
    let number = u128::from_le_bytes(*block);
    let bytes = u64x2(number as u64, (number >> 64) as u64);
    let quotes = u8x16_eq(bytes, u8x16_splat(b'"'));
    let escapes = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let controls = u8x16_lt(bytes, u8x16_splat(0x20));
    let special = u8x16_bitmask(v128_or(v128_or(quotes, escapes), controls));
    (special != 0).then(|| special.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn finds_the_first_special_byte_wherever_it_is() {
        for length in 0..40_usize {
            assert_eq!(plain_length(&vec![b'a'; length]), length);
            for at in 0..length {
                for byte in 0..=255_u8 {
                    let mut text = vec![0xc3; length];
                    text[at] = byte;
                    let special = byte < 0x20 || byte == b'"' || byte == b'\\';
                    assert_eq!(plain_length(&text), if special { at } else { length }, "{byte} at {at} of {length}");
                    if let Some(later) = text.get_mut(at + 1..) {
                        later.fill(b'"');
                    }
                    let first = if special { at } else { (at + 1).min(length) };
                    assert_eq!(plain_length(&text), first, "{byte} at {at} of {length}, quotes behind");
                }
            }
        }
    }
}
