//! Integers modulo the order of a curve: a handful of products for each signature.

#![expect(
    clippy::indexing_slicing,
    reason = "every index is a loop's counter, bounded by the length of what it indexes"
)]

use super::{integer, modinv};

/// The order of a curve, in `W` words and for inversion in `L` limbs of 30 bits.
pub(super) struct Order<const W: usize, const L: usize> {
    order: [u32; W],
    /// `−1 / order mod 2^32`.
    quotient: u32,
    /// `2^(64·W) mod order`.
    r_squared: [u32; W],
    modulus: modinv::Modulus<L>,
}

impl<const W: usize, const L: usize> Order<W, L> {
    pub(super) const fn new(order: [u32; W]) -> Self {
        Self {
            quotient: integer::inverse_mod_2_32(order[0]).wrapping_neg(),
            r_squared: integer::power_of_two(64 * W, &order),
            modulus: modinv::Modulus::new(&order),
            order,
        }
    }

    /// Whether `1 ≤ scalar < order`.
    pub(super) fn contains(&self, scalar: &[u32; W]) -> bool {
        *scalar != [0; W] && integer::is_less(scalar, &self.order)
    }

    /// `scalar + order`, where that is less than `bound`.
    pub(super) fn next_representative(&self, scalar: &[u32; W], bound: &[u32; W]) -> Option<[u32; W]> {
        let (sum, carry) = integer::add(scalar, &self.order);
        (!carry && integer::is_less(&sum, bound)).then_some(sum)
    }

    /// `(e/s, r/s)`; `e` may be any integer of the width.
    pub(super) fn quotients(&self, e: &[u32; W], r: &[u32; W], s: &[u32; W]) -> ([u32; W], [u32; W]) {
        let inverse = self.multiply(&self.modulus.invert(s), &self.r_squared);
        (self.multiply(&inverse, e), self.multiply(&inverse, r))
    }

    /// `a · b / 2^(32·W)` (Koç, Acar, Kaliski 1996, "CIOS"), for `a` less than the order.
    ///
    /// The sum before the last step is less than `(order·2^(32W) + 2^(32W)·order) /
    /// 2^(32W)`, so that one subtraction is enough. A column, `word + word · word +
    /// carry`, is at most `2^64 − 1`.
    fn multiply(&self, a: &[u32; W], b: &[u32; W]) -> [u32; W] {
        let (mut sum, mut top) = ([0; W], 0_u64);
        for word in b {
            let mut carry = 0;
            for i in 0..W {
                let column = u64::from(sum[i]) + u64::from(a[i]) * u64::from(*word) + carry;
                sum[i] = column as u32;
                carry = column >> 32;
            }
            top += carry;
            let quotient = sum[0].wrapping_mul(self.quotient);
            let mut carry = 0;
            for i in 0..W {
                let column = u64::from(sum[i]) + u64::from(quotient) * u64::from(self.order[i]) + carry;
                if i > 0 {
                    sum[i - 1] = column as u32;
                }
                carry = column >> 32;
            }
            top += carry;
            sum[W - 1] = top as u32;
            top >>= 32;
        }
        let (reduced, borrow) = integer::sub(&sum, &self.order);
        if top != 0 || !borrow { reduced } else { sum }
    }
}
