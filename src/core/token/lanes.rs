//! Sixteen bytes at a time where the target has vectors, with the same answers.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use ::core::{
    arch::wasm32::{
        i8x16, i8x16_swizzle, i16x8, i32x4_dot_i16x8, u8x16, u8x16_add, u8x16_bitmask, u8x16_eq, u8x16_le, u8x16_shr,
        u8x16_splat, u16x8_shl, u16x8_shr, u16x8_splat, u32x4_extract_lane, u64x2, u64x2_extract_lane, u64x2_splat,
        v128, v128_and, v128_any_true, v128_or, v128_xor,
    },
    hint::black_box,
};

/// The bytes of a string that do not stand for themselves: the quote, the backslash
/// and the control characters (RFC 8259 §7).
#[derive(Clone, Copy)]
pub struct Specials {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    lanes: [v128; 3],
}

impl Specials {
    /// How many bytes come before the first.
    #[inline(always)]
    pub fn plain_length(self, text: &[u8]) -> usize {
        let (blocks, tail) = text.as_chunks::<16>();
        let mut passed = 0_usize;
        for block in blocks {
            if let Some(place) = self.first_in_block(block) {
                return passed.wrapping_add(place);
            }
            passed = passed.wrapping_add(block.len());
        }
        passed.wrapping_add(first_in(tail).unwrap_or(tail.len()))
    }
}

fn first_in(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0x00..=0x1f))
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
impl Specials {
    pub fn new() -> Self {
        Self {}
    }

    fn first_in_block(self, block: &[u8; 16]) -> Option<usize> {
        first_in(block)
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl Specials {
    pub fn new() -> Self {
        // V8 would put each constant together anew for every block.
        Self { lanes: black_box([2, 0x20, b'\\'].map(|byte| u8x16_splat(byte))) }
    }

    #[inline(always)]
    fn first_in_block(self, block: &[u8; 16]) -> Option<usize> {
        let [two, space, backslash] = self.lanes;
        let number = u128::from_le_bytes(*block);
        let bytes = u64x2(number as u64, (number >> 64) as u64);
        // With this bit turned, the quote takes the space's place, next to the control characters.
        let quotes_and_controls = u8x16_le(v128_xor(bytes, two), space);
        let special = u8x16_bitmask(v128_or(quotes_and_controls, u8x16_eq(bytes, backslash)));
        (special != 0).then(|| special.trailing_zeros() as usize)
    }
}

/// Writes the octets of base64url (RFC 4648 §5), sixteen characters after the other;
/// whether all are of its alphabet.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub fn decode_sextets(blocks: &[[u8; 16]], octets: &mut [[u8; 12]]) -> bool {
    let mut foreign = 0;
    let triples = octets.as_flattened_mut().as_chunks_mut::<3>().0;
    for (group, triple) in blocks.as_flattened().as_chunks::<4>().0.iter().zip(triples) {
        let [a, b, c, d] = group.map(sextet);
        foreign |= a | b | c | d;
        *triple = [(a << 2) | (b >> 4), (b << 4) | (c >> 2), (c << 6) | d];
    }
    foreign & FOREIGN == 0
}

/// Set in a table entry that stands for no sextet.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
const FOREIGN: u8 = 0x80;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
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

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[expect(clippy::indexing_slicing, reason = "a byte is never beyond 256 entries")]
fn sextet(character: u8) -> u8 {
    SEXTETS[usize::from(character)]
}

/// The upper half of a character tells its row of ASCII. Each bit stands for rows with
/// the same gaps, and is set for the lower halves that fall into them: what has a bit
/// in common with its row is foreign.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub fn decode_sextets(blocks: &[[u8; 16]], octets: &mut [[u8; 12]]) -> bool {
    // V8 would put each constant together anew for every block.
    let gaps_of_row = black_box(u8x16(32, 32, 1, 2, 4, 8, 4, 16, 32, 32, 32, 32, 32, 32, 32, 32));
    let gaps_at_column = black_box(u8x16(37, 33, 33, 33, 33, 33, 33, 33, 33, 33, 35, 59, 59, 58, 59, 51));
    let offsets = black_box(i8x16(0, 0, 17, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0));
    let low_half = black_box(u8x16_splat(0xf));
    let underscore = black_box(u8x16_splat(b'_'));
    let of_underscore = black_box(u8x16_splat(33));
    let low_byte = black_box(u16x8_splat(0xff));
    let of_pairs = black_box(i16x8(1 << 12, 1, 1 << 12, 1, 1 << 12, 1, 1 << 12, 1));
    let order = black_box(i8x16(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 3, 3, 3));
    let mut foreign = u64x2_splat(0);
    for (characters, octets) in blocks.iter().zip(octets) {
        let number = u128::from_le_bytes(*characters);
        let text = u64x2(number as u64, (number >> 64) as u64);
        let rows = u8x16_shr(text, 4);
        let gaps = i8x16_swizzle(gaps_at_column, v128_and(text, low_half));
        foreign = v128_or(foreign, v128_and(i8x16_swizzle(gaps_of_row, rows), gaps));
        // `_` is the last of its row, but 63.
        let underscores = v128_and(u8x16_eq(text, underscore), of_underscore);
        let sextets = u8x16_add(u8x16_add(text, i8x16_swizzle(offsets, rows)), underscores);
        // From pairs of 6 bits to 12, from pairs of those to 24, first character highest.
        let pairs = v128_or(u16x8_shl(v128_and(sextets, low_byte), 6), u16x8_shr(sextets, 8));
        let decoded = i8x16_swizzle(i32x4_dot_i16x8(pairs, of_pairs), order);
        let (first, last) = octets.split_at_mut(8);
        // Whole numbers, as the compiler would store byte after byte of an array.
        first.copy_from_slice(&u64x2_extract_lane::<0>(decoded).to_le_bytes());
        last.copy_from_slice(&u32x4_extract_lane::<2>(decoded).to_le_bytes());
    }
    !v128_any_true(foreign)
}

/// Whether both are the same. `==` on slices is a call that goes byte by byte.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    let ((blocks, tail), (other_blocks, other_tail)) = (one.as_chunks::<16>(), other.as_chunks::<16>());
    let same_block = |(one, other): (&[u8; 16], &[u8; 16])| u128::from_ne_bytes(*one) == u128::from_ne_bytes(*other);
    one.len() == other.len() && blocks.iter().zip(other_blocks).all(same_block) && tail == other_tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn finds_the_first_special_byte_wherever_it_is() {
        for length in 0..40_usize {
            assert_eq!(Specials::new().plain_length(&vec![b'a'; length]), length);
            for at in 0..length {
                for byte in 0..=255_u8 {
                    let mut text = vec![0xc3; length];
                    text[at] = byte;
                    let special = byte < 0x20 || byte == b'"' || byte == b'\\';
                    assert_eq!(
                        Specials::new().plain_length(&text),
                        if special { at } else { length },
                        "{byte} at {at} of {length}"
                    );
                    if let Some(later) = text.get_mut(at + 1..) {
                        later.fill(b'"');
                    }
                    let first = if special { at } else { (at + 1).min(length) };
                    assert_eq!(Specials::new().plain_length(&text), first, "{byte} at {at} of {length}, quotes behind");
                }
            }
        }
    }

    #[test]
    fn tells_whether_two_are_the_same() {
        for length in 0..70_usize {
            let one = vec![7; length];
            assert!(same(&one, &one.clone()));
            for more in [1, 16] {
                let longer = vec![7; length + more];
                assert!(!same(&one, &longer) && !same(&longer, &one), "{length} and {more}");
            }
            for at in 0..length {
                for bit in [1, 0x80] {
                    let mut other = one.clone();
                    other[at] ^= bit;
                    assert!(!same(&one, &other), "{at} of {length}");
                }
            }
        }
    }
}
