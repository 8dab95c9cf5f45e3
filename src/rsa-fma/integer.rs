//! Integers in 51-bit limbs, least significant first, and what is done with them once
//! per key or once per signature. A limb more or less than there is room for does not
//! come: lengths are those of the modulus.

use crate::montgomery::Block;

pub const LIMB_BITS: u32 = 51;
pub const MASK: i64 = (1 << LIMB_BITS) - 1;
pub const MAX_BLOCKS: usize = blocks_for(8192);
pub const MAX_LIMBS: usize = 4 * MAX_BLOCKS;

/// How many blocks hold 4N, N being 102 bits longer than n.
pub const fn blocks_for(bits: usize) -> usize {
    (bits + 102 + 2).div_ceil(4 * LIMB_BITS as usize)
}

/// Reads big-endian octets that fit.
pub fn read(octets: &[u8], limbs: &mut [u64]) {
    let mut octets = octets.iter().rev().copied();
    let (mut pending, mut bits) = (0_u64, 0);
    for limb in limbs {
        while bits < LIMB_BITS {
            pending |= u64::from(octets.next().unwrap_or(0)) << bits;
            bits += 8;
        }
        *limb = pending & MASK as u64;
        pending >>= LIMB_BITS;
        bits -= LIMB_BITS;
    }
}

/// Writes big-endian octets that the integer fits into.
pub fn write(limbs: &[u64], octets: &mut [u8]) {
    let mut limbs = limbs.iter().copied();
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

pub fn to_blocks(limbs: &[u64], blocks: &mut [Block]) {
    blocks.as_flattened_mut().iter_mut().zip(limbs).for_each(|(to, limb)| *to = *limb as f64);
}

pub fn from_blocks(blocks: &[Block], limbs: &mut [u64]) {
    limbs.iter_mut().zip(blocks.as_flattened()).for_each(|(to, limb)| *to = *limb as u64);
}

/// From below 2·`modulus` to below it.
pub fn reduce_once(limbs: &mut [u64], modulus: &[u64]) {
    if limbs.iter().rev().lt(modulus.iter().rev()) {
        return;
    }
    let mut borrow = 0;
    for (limb, modulus) in limbs.iter_mut().zip(modulus) {
        let difference = *limb as i64 - *modulus as i64 + borrow;
        *limb = (difference & MASK) as u64;
        borrow = difference >> LIMB_BITS;
    }
}

/// Twice the integer, both below `modulus`.
pub fn double(limbs: &mut [u64], modulus: &[u64]) {
    let mut carry = 0;
    for limb in limbs.iter_mut() {
        let doubled = *limb << 1 | carry;
        *limb = doubled & MASK as u64;
        carry = doubled >> LIMB_BITS;
    }
    reduce_once(limbs, modulus);
}

/// The largest power of two that is not above `modulus`, and its exponent.
pub fn power_of_two_below(modulus: &[u64], limbs: &mut [u64]) -> u32 {
    limbs.fill(0);
    let mut exponent = 0;
    if let Some((at, (limb, top))) = limbs.iter_mut().zip(modulus).enumerate().rfind(|(_, (_, top))| **top != 0) {
        *limb = 1 << top.ilog2();
        exponent = at as u32 * LIMB_BITS + top.ilog2();
    }
    exponent
}

/// Multiplies by a factor of two limbs; the product fits.
pub fn times(limbs: &mut [u64], [k0, k1]: [u64; 2]) {
    let (mut carry, mut below) = (0_u128, 0_u64);
    for limb in limbs {
        let column = carry + u128::from(k0) * u128::from(*limb) + u128::from(k1) * u128::from(below);
        below = *limb;
        carry = column >> LIMB_BITS;
        *limb = (column & MASK as u128) as u64;
    }
}

/// Adds one; there is no carry out of the top.
pub fn add_one(limbs: &mut [u64]) {
    for limb in limbs {
        *limb += 1;
        if *limb <= MASK as u64 {
            break;
        }
        *limb = 0;
    }
}

/// Divides by a factor of the integer, limb after limb from below (exact division:
/// Jebelean, 1993); `inverse` is k₀⁻¹ modulo 2⁵¹.
pub fn divide(limbs: &mut [u64], [k0, k1]: [u64; 2], inverse: u64) {
    let (mut carry, mut below) = (0_i128, 0_u64);
    for limb in limbs {
        let rest = i128::from(*limb) + carry - i128::from(k1) * i128::from(below);
        let digit = (rest as u64).wrapping_mul(inverse) & MASK as u64;
        carry = (rest - i128::from(k0) * i128::from(digit)) >> LIMB_BITS;
        below = digit;
        *limb = digit;
    }
}

/// n⁻¹ modulo 2¹²⁸ of an odd n, by Newton's iteration.
pub fn inverse(n: u128) -> u128 {
    (0..6).fold(n, |inverse, _| inverse.wrapping_mul(2_u128.wrapping_sub(n.wrapping_mul(inverse))))
}
