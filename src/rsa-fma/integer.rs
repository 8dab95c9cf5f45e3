//! Integers in 51-bit limbs, and what is done with them once per key or once per
//! signature.

use crate::montgomery::Block;
use alloc::{vec, vec::Vec};

pub const LIMB_BITS: u32 = 51;
pub const MASK: i64 = (1 << LIMB_BITS) - 1;
pub const MAX_BLOCKS: usize = blocks_for(8192);

/// How many blocks hold 4N, N being 102 bits longer than n.
pub const fn blocks_for(bits: usize) -> usize {
    (bits + 102 + 2).div_ceil(4 * LIMB_BITS as usize)
}

/// Limbs, least significant first, a whole number of blocks.
#[derive(Clone, PartialEq, Eq)]
pub struct Integer(pub Vec<u64>);

impl Integer {
    /// Reads big-endian octets that fit.
    pub fn read(octets: &[u8], blocks: usize) -> Self {
        let mut octets = octets.iter().rev().copied();
        let (mut pending, mut bits) = (0_u64, 0);
        let mut limbs = vec![0; 4 * blocks];
        for limb in &mut limbs {
            while bits < LIMB_BITS {
                pending |= u64::from(octets.next().unwrap_or(0)) << bits;
                bits += 8;
            }
            *limb = pending & MASK as u64;
            pending >>= LIMB_BITS;
            bits -= LIMB_BITS;
        }
        Self(limbs)
    }

    /// Writes big-endian octets that the integer fits into.
    pub fn write(&self, octets: &mut [u8]) {
        let mut limbs = self.0.iter().copied();
        let (mut pending, mut bits) = (0_u64, 0);
        for octet in octets.iter_mut().rev() {
            if bits < 8 {
                pending |= limbs.next().unwrap_or(0) << bits;
                bits += LIMB_BITS;
            }
            *octet = pending as u8;
            pending >>= 8;
            bits -= 8;
        }
    }

    pub fn to_blocks(&self) -> Vec<Block> {
        self.0.as_chunks().0.iter().map(|limbs: &[u64; 4]| limbs.map(|limb| limb as f64)).collect()
    }

    pub fn from_blocks(blocks: &[Block]) -> Self {
        Self(blocks.as_flattened().iter().map(|limb| *limb as u64).collect())
    }

    fn is_less(&self, other: &Self) -> bool {
        self.0.iter().rev().lt(other.0.iter().rev())
    }

    /// From below 2·`modulus` to below it.
    pub fn reduce_once(&mut self, modulus: &Self) {
        if self.is_less(modulus) {
            return;
        }
        let mut borrow = 0;
        for (limb, modulus) in self.0.iter_mut().zip(&modulus.0) {
            let difference = *limb as i64 - *modulus as i64 + borrow;
            *limb = (difference & MASK) as u64;
            borrow = difference >> LIMB_BITS;
        }
    }

    /// Twice the integer, both below `modulus`.
    pub fn double(&mut self, modulus: &Self) {
        let mut carry = 0;
        for limb in &mut self.0 {
            let doubled = *limb << 1 | carry;
            *limb = doubled & MASK as u64;
            carry = doubled >> LIMB_BITS;
        }
        self.reduce_once(modulus);
    }

    /// The product with a factor of two limbs, which fits.
    pub fn times(&self, [k0, k1]: [u64; 2]) -> Self {
        let (mut carry, mut below) = (0_u128, 0_u64);
        let limbs = self.0.iter().map(|limb| {
            let column = carry + u128::from(k0) * u128::from(*limb) + u128::from(k1) * u128::from(below);
            below = *limb;
            carry = column >> LIMB_BITS;
            (column & MASK as u128) as u64
        });
        Self(limbs.collect())
    }

    /// Plus one; there is no carry out of the top.
    pub fn plus_one(mut self) -> Self {
        for limb in &mut self.0 {
            *limb += 1;
            if *limb <= MASK as u64 {
                break;
            }
            *limb = 0;
        }
        self
    }

    /// The quotient by a factor that divides it, limb after limb from below (exact
    /// division: Jebelean, 1993); `inverse` is k₀⁻¹ modulo 2⁵¹.
    pub fn divided_by(&self, [k0, k1]: [u64; 2], inverse: u64) -> Self {
        let (mut carry, mut below) = (0_i128, 0_u64);
        let limbs = self.0.iter().map(|limb| {
            let rest = i128::from(*limb) + carry - i128::from(k1) * i128::from(below);
            let digit = (rest as u64).wrapping_mul(inverse) & MASK as u64;
            carry = (rest - i128::from(k0) * i128::from(digit)) >> LIMB_BITS;
            below = digit;
            digit
        });
        Self(limbs.collect())
    }
}

/// n⁻¹ modulo 2¹²⁸ of an odd n, by Newton's iteration.
pub fn inverse(n: u128) -> u128 {
    (0..6).fold(n, |inverse, _| inverse.wrapping_mul(2_u128.wrapping_sub(n.wrapping_mul(inverse))))
}
