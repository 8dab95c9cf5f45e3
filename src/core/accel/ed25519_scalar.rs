//! Scalars of Ed25519: integers modulo L = 2²⁵² + c, the order of the base point
//! (RFC 8032 §5.1), as little-endian words.

#![expect(clippy::indexing_slicing, reason = "every index is a loop's counter over constant ranges within 24 limbs")]

use super::integer::{is_less, sub};

/// A scalar below L.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar([u32; 8]);

const L: [u32; 8] = [0x5cf5_d3ed, 0x5812_631a, 0xa2f7_9cd6, 0x14de_f9de, 0, 0, 0, 0x1000_0000];

/// −c = 2²⁵² modulo L, in signed limbs of 21 bits.
const MINUS_C: [i64; 6] = [666_643, 470_296, 654_183, -997_805, 136_657, -683_901];

const LIMB_BITS: u32 = 21;

impl Scalar {
    /// Reads 32 octets; `None` for L and more (RFC 8032 §5.1.7 step 1).
    pub fn from_canonical(octets: &[u8; 32]) -> Option<Self> {
        let mut words = [0; 8];
        for (word, octets) in words.iter_mut().zip(octets.as_chunks().0) {
            *word = u32::from_le_bytes(*octets);
        }
        is_less(&words, &L).then_some(Self(words))
    }

    /// Reads 64 octets modulo L. The result is the least representative: a point
    /// with a component of small order tells representatives apart.
    ///
    /// Limbs of 21 bits as in the reference implementation of Bernstein, Duif,
    /// Lange, Schwabe and Yang, "High-speed high-security signatures" (2011): limb
    /// i ≥ 12 goes to limbs i − 12 … i − 7 times −c, the limbs of which are within
    /// 2²⁰. Carried limbs are 0 … 2²¹−1, the sign is in the limb above them.
    ///
    /// - limbs 18 to 22 below 2²¹, limb 23 below 2²⁹: limbs 6 to 16 stay within
    ///   2⁵⁰, and with their carry limb 17 within 2³⁰;
    /// - limbs 12 to 17: limbs 0 to 10 stay within 2⁵², limb 12 with their carry
    ///   within 2¹¹: the value is that times 2²⁵², and 0 … 2²⁵²−1;
    /// - limb 12: c < 2¹²⁵, so the value is within −2¹³⁶ … 2²⁵² + 2¹³⁶, and at most
    ///   one L away from its least representative.
    #[inline(never)]
    pub fn from_wide(octets: &[u8; 64]) -> Self {
        let mut limbs = [0_i64; 24];
        let (mut pending, mut bits) = (0_u64, 0);
        let mut octets = octets.iter();
        for (i, limb) in limbs.iter_mut().enumerate() {
            // The last limb takes 29 bits, all that is left of 512.
            let width = if i == 23 { 29 } else { LIMB_BITS };
            while bits < width {
                pending |= octets.next().map_or(0, |octet| u64::from(*octet)) << bits;
                bits += 8;
            }
            *limb = (pending & ((1 << width) - 1)) as i64;
            pending >>= width;
            bits -= width;
        }
        for i in (18..24).rev() {
            fold(&mut limbs, i);
        }
        carry(&mut limbs, 6, 17);
        for i in (12..18).rev() {
            fold(&mut limbs, i);
        }
        carry(&mut limbs, 0, 12);
        fold(&mut limbs, 12);
        carry(&mut limbs, 0, 11);
        if limbs[11] < 0 {
            // L is 2²⁵² − (−c), and 2²⁵² is 2²¹ of limb 11.
            limbs[11] += 1 << LIMB_BITS;
            limbs.iter_mut().zip(MINUS_C).for_each(|(limb, minus_c)| *limb -= minus_c);
            carry(&mut limbs, 0, 11);
        }
        let words = words(&limbs);
        let (less, borrow) = sub(&words, &L);
        Self(if borrow { words } else { less })
    }

    /// Little-endian words.
    pub fn to_words(self) -> [u32; 8] {
        self.0
    }

    /// Signed digits dᵢ within ±2^(w−1), Σ dᵢ·2^(wi) being this number, for
    /// 4 ≤ w ≤ 8: ⌈254/w⌉ of them, so that the highest takes the last carry.
    pub fn digits(self, w: u32) -> impl Iterator<Item = i32> {
        let (mut pending, mut bits, mut carried) = (0_u64, 0, 0);
        let mut words = self.0.into_iter();
        (0..254_u32.div_ceil(w)).map(move |_| {
            if bits < w {
                pending |= u64::from(words.next().unwrap_or(0)) << bits;
                bits += 32;
            }
            let digit = (pending & ((1 << w) - 1)) as i32 + carried;
            pending >>= w;
            bits -= w;
            carried = i32::from(digit > 1 << (w - 1));
            digit - (carried << w)
        })
    }
}

#[inline(never)]
fn fold(limbs: &mut [i64; 24], i: usize) {
    let limb = limbs[i];
    limbs[i] = 0;
    for (j, minus_c) in MINUS_C.into_iter().enumerate() {
        debug_assert!(limb.abs() < 1 << 32);
        limbs[i - 12 + j] += limb * minus_c;
    }
}

/// Leaves 0 … 2²¹−1 in limbs `first` to `end` − 1, and the sign above them.
#[inline(never)]
fn carry(limbs: &mut [i64; 24], first: usize, end: usize) {
    for i in first..end {
        debug_assert!(limbs[i].abs() < 1 << 55);
        limbs[i + 1] += limbs[i] >> LIMB_BITS;
        limbs[i] &= (1 << LIMB_BITS) - 1;
    }
}

/// The value of limbs 0 to 11, none negative.
fn words(limbs: &[i64; 24]) -> [u32; 8] {
    let (mut pending, mut bits) = (0_u64, 0);
    let mut limbs = limbs.iter();
    let words = [(); 8].map(|()| {
        while bits < 32 {
            pending |= limbs.next().map_or(0, |limb| *limb as u64) << bits;
            bits += LIMB_BITS;
        }
        let word = pending as u32;
        pending >>= 32;
        bits -= 32;
        word
    });
    debug_assert!(pending == 0);
    words
}
