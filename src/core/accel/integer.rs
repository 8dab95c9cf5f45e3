//! Integers of a fixed number of 32-bit words, least significant first.

#![expect(
    clippy::indexing_slicing,
    reason = "every index is a loop's counter, bounded by the length of what it indexes"
)]

/// Big-endian octets of exactly this width.
pub(super) fn from_be_bytes<const W: usize>(octets: &[u8]) -> Option<[u32; W]> {
    if octets.len() != 4 * W {
        return None;
    }
    let mut words = [0; W];
    for (word, octets) in words.iter_mut().rev().zip(octets.chunks_exact(4)) {
        *word = u32::from_be_bytes(octets.try_into().ok()?);
    }
    Some(words)
}

/// Whether `a < b`.
pub(super) fn is_less<const W: usize>(a: &[u32; W], b: &[u32; W]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// `a + b`, and whether there was a carry out of the top.
pub(super) const fn add<const W: usize>(a: &[u32; W], b: &[u32; W]) -> ([u32; W], bool) {
    let (mut sum, mut carry, mut i) = ([0; W], 0, 0);
    while i < W {
        let wide = a[i] as u64 + b[i] as u64 + carry;
        sum[i] = wide as u32;
        carry = wide >> 32;
        i += 1;
    }
    (sum, carry != 0)
}

/// `a - b`, and whether there was a borrow.
pub(super) const fn sub<const W: usize>(a: &[u32; W], b: &[u32; W]) -> ([u32; W], bool) {
    let (mut difference, mut borrow, mut i) = ([0; W], 0, 0);
    while i < W {
        let wide = a[i] as i64 - b[i] as i64 + borrow;
        difference[i] = wide as u32;
        borrow = wide >> 32;
        i += 1;
    }
    (difference, borrow != 0)
}

/// `2^exponent mod modulus`, by doubling.
pub(super) const fn power_of_two<const W: usize>(exponent: usize, modulus: &[u32; W]) -> [u32; W] {
    let (mut power, mut i) = ([0; W], 0);
    power[0] = 1;
    while i < exponent {
        let (doubled, carry) = add(&power, &power);
        let (reduced, borrow) = sub(&doubled, modulus);
        power = if carry || !borrow { reduced } else { doubled };
        i += 1;
    }
    power
}

/// Limbs of `bits` bits each, none negative. What does not fit is left out.
pub(super) const fn to_limbs<const W: usize, const L: usize>(words: &[u32; W], bits: usize) -> [i32; L] {
    let (mut limbs, mut i) = ([0; L], 0);
    while i < L {
        limbs[i] = window(words, i * bits, bits) as i32;
        i += 1;
    }
    limbs
}

/// Back from limbs of `bits` bits each, none of which may be negative.
pub(super) fn from_limbs<const W: usize>(limbs: &[i32], bits: usize) -> [u32; W] {
    let (mut words, mut accumulator, mut available) = ([0; W], 0_u64, 0);
    let mut limbs = limbs.iter();
    for word in &mut words {
        while available < 32 {
            accumulator |= u64::from(limbs.next().copied().unwrap_or(0).unsigned_abs()) << available;
            available += bits;
        }
        *word = accumulator as u32;
        accumulator >>= 32;
        available -= 32;
    }
    words
}

/// `bits` bits (up to 32) from bit `at` on; zeros beyond the top.
pub(super) const fn window(words: &[u32], at: usize, bits: usize) -> u32 {
    let (word, shift) = (at / 32, at % 32);
    let low = if word < words.len() { words[word] as u64 } else { 0 };
    let high = if word + 1 < words.len() { words[word + 1] as u64 } else { 0 };
    (((high << 32 | low) >> shift) & ((1 << bits) - 1)) as u32
}

/// `1 / x mod 2^32` for an odd `x`: Newton's iteration doubles the good bits, and
/// `x` itself has three (Warren, Hacker's Delight, §10-16).
pub(super) const fn inverse_mod_2_32(x: u32) -> u32 {
    let (mut inverse, mut i) = (x, 0);
    while i < 4 {
        inverse = inverse.wrapping_mul(2_u32.wrapping_sub(x.wrapping_mul(inverse)));
        i += 1;
    }
    inverse
}
