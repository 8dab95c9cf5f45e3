//! Integers as the RSA accelerators compute with them, and the operations on
//! single blocks that both kernels share.
//!
//! # Representation
//!
//! 27-bit limbs in `u32`, least significant first, four to a [`Block`]. An
//! integer has as many blocks as its modulus; a block that is not there counts
//! as zero, so that the loops need no special cases at the ends.
//!
//! # Bounds
//!
//! The columns of a product are summed in `u64` without carrying (product
//! scanning, "lazy" reduction). A column of `a·b + m·n` with L limbs has at most
//! 2L products of two limbs below 2²⁷, and the carry out of the column before,
//! below 2³⁷:
//!
//! 2L · 2⁵⁴ + 2³⁷ ≤ 608 · 2⁵⁴ + 2³⁷ < 2⁶⁴, with L ≤ 304 for 8192 bits.
//!
//! A square takes each product of two different limbs once, one of them doubled
//! (below 2²⁸): half as many terms, each twice as large. Nothing is negative, so
//! every partial sum is below the bound as well. With overflow checks the
//! compiler asserts each of these additions in the scalar kernel; the SIMD
//! kernel adds the same terms in another order.
//!
//! # Sources
//!
//! Montgomery, "Modular multiplication without trial division", Math. Comp. 44
//! (1985); product scanning as "FIPS" in Koç, Acar, Kaliski, "Analyzing and
//! comparing Montgomery multiplication algorithms" (1996); no final subtraction:
//! Walter, "Montgomery exponentiation needs no final subtractions" (1999).

/// Four limbs.
pub type Block = [u32; 4];

/// Four columns of a product, not carried yet.
pub type Columns = [u64; 4];

const LIMB_BITS: u32 = 27;
const MASK: u32 = (1 << LIMB_BITS) - 1;
const BLOCK_BITS: usize = 4 * LIMB_BITS as usize;

/// The blocks of the longest modulus, 8192 bits.
pub const MAX_BLOCKS: usize = blocks_for(8192);

/// How many blocks hold 4n for every n of this many bits: with R > 4n the
/// product of two integers below 2n is again below 2n.
pub const fn blocks_for(bits: usize) -> usize {
    (bits + 2).div_ceil(BLOCK_BITS)
}

/// log₂ R, where R is the Montgomery radix for this many blocks.
pub const fn radix_bits(blocks: usize) -> usize {
    blocks * BLOCK_BITS
}

/// A block, zero where there is none.
#[inline(always)]
pub fn block<T: Copy>(integer: &[T], at: usize, zero: T) -> T {
    integer.get(at).copied().unwrap_or(zero)
}

/// Reads big-endian octets (OS2IP, RFC 8017 §4.2) that fit.
pub fn read(octets: &[u8], integer: &mut [Block]) {
    let mut octets = octets.iter().rev().copied();
    let (mut pending, mut bits) = (0, 0);
    for limb in integer.as_flattened_mut() {
        while bits < LIMB_BITS {
            pending |= u64::from(octets.next().unwrap_or(0)) << bits;
            bits += 8;
        }
        *limb = pending as u32 & MASK;
        pending >>= LIMB_BITS;
        bits -= LIMB_BITS;
    }
    debug_assert!(pending == 0 && octets.all(|octet| octet == 0));
}

/// Writes big-endian octets (I2OSP, RFC 8017 §4.1) that the integer fits into.
pub fn write(integer: &[Block], octets: &mut [u8]) {
    let mut limbs = integer.as_flattened().iter().copied();
    let (mut pending, mut bits) = (0, 0);
    for octet in octets.iter_mut().rev() {
        if bits < 8 {
            pending |= u64::from(limbs.next().unwrap_or(0)) << bits;
            bits += LIMB_BITS;
        }
        *octet = pending as u8;
        pending >>= 8;
        bits -= 8;
    }
    debug_assert!(pending == 0 && limbs.all(|limb| limb == 0));
}

/// Doubles an integer below n, modulo n.
pub fn double(integer: &mut [Block], n: &[Block]) {
    let mut carry = 0;
    for limb in integer.as_flattened_mut() {
        let doubled = *limb << 1 | carry;
        *limb = doubled & MASK;
        carry = doubled >> LIMB_BITS;
    }
    debug_assert!(carry == 0);
    reduce_once(integer, n);
}

/// Reduces an integer below 2n to below n.
pub fn reduce_once(integer: &mut [Block], n: &[Block]) {
    if integer.as_flattened().iter().rev().lt(n.as_flattened().iter().rev()) {
        return;
    }
    let mut borrow = 0;
    for (limb, n) in integer.as_flattened_mut().iter_mut().zip(n.as_flattened()) {
        let difference = *limb as i32 - *n as i32 + borrow;
        *limb = difference as u32 & MASK;
        borrow = difference >> LIMB_BITS;
    }
    debug_assert!(borrow == 0 && integer.as_flattened().iter().rev().lt(n.as_flattened().iter().rev()));
}

/// −n⁻¹ modulo 2²⁷ for an odd n, by Newton's iteration: n·n ≡ 1 (mod 8), and
/// each step doubles the number of right bits.
pub fn negated_inverse(n: u32) -> u32 {
    let mut inverse = n;
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2u32.wrapping_sub(n.wrapping_mul(inverse)));
    }
    debug_assert!(n.wrapping_mul(inverse) == 1);
    inverse.wrapping_neg() & MASK
}

#[inline(always)]
fn product(a: u32, b: u32) -> u64 {
    u64::from(a) * u64::from(b)
}

/// Adds columns 0 to 3 of `x·y`.
#[inline(always)]
pub fn add_low([c0, c1, c2, c3]: Columns, [x0, x1, x2, x3]: Block, [y0, y1, y2, y3]: Block) -> Columns {
    [
        c0 + product(x0, y0),
        c1 + product(x0, y1) + product(x1, y0),
        c2 + product(x0, y2) + product(x1, y1) + product(x2, y0),
        c3 + product(x0, y3) + product(x1, y2) + product(x2, y1) + product(x3, y0),
    ]
}

/// Adds columns 0 to 3 of `x²`.
#[inline(always)]
pub fn add_square_low([c0, c1, c2, c3]: Columns, [x0, x1, x2, x3]: Block) -> Columns {
    let (d0, d1) = (2 * x0, 2 * x1);
    [
        c0 + product(x0, x0),
        c1 + product(d0, x1),
        c2 + product(d0, x2) + product(x1, x1),
        c3 + product(d0, x3) + product(d1, x2),
    ]
}

/// Adds columns 4 to 6 of `x²`.
#[inline(always)]
pub fn add_square_high([c0, c1, c2, c3]: Columns, [_, x1, x2, x3]: Block) -> Columns {
    [c0 + product(2 * x1, x3) + product(x2, x2), c1 + product(2 * x2, x3), c2 + product(x3, x3), c3]
}

/// The block m of Montgomery's quotient that makes these columns of `a·b + m·n`
/// zero, and their carry; `n` is the lowest block.
#[inline(always)]
pub fn quotient([c0, c1, c2, c3]: Columns, carry: u64, inverse: u32, [n0, n1, n2, n3]: Block) -> (Block, u64) {
    debug_assert!(carry < 1 << 37);
    let digit = |column: u64| (column as u32).wrapping_mul(inverse) & MASK;
    let c0 = c0 + carry;
    let m0 = digit(c0);
    let c0 = c0 + product(m0, n0);
    let c1 = c1 + product(m0, n1) + (c0 >> LIMB_BITS);
    let m1 = digit(c1);
    let c1 = c1 + product(m1, n0);
    let c2 = c2 + product(m0, n2) + product(m1, n1) + (c1 >> LIMB_BITS);
    let m2 = digit(c2);
    let c2 = c2 + product(m2, n0);
    let c3 = c3 + product(m0, n3) + product(m1, n2) + product(m2, n1) + (c2 >> LIMB_BITS);
    let m3 = digit(c3);
    let c3 = c3 + product(m3, n0);
    debug_assert!((c0 | c1 | c2 | c3) & u64::from(MASK) == 0);
    ([m0, m1, m2, m3], c3 >> LIMB_BITS)
}

/// The limbs of these columns, and their carry.
#[inline(always)]
pub fn carry([c0, c1, c2, c3]: Columns, carry: u64) -> (Block, u64) {
    debug_assert!(carry < 1 << 37);
    let limb = |column: u64| column as u32 & MASK;
    let c0 = c0 + carry;
    let c1 = c1 + (c0 >> LIMB_BITS);
    let c2 = c2 + (c1 >> LIMB_BITS);
    let c3 = c3 + (c2 >> LIMB_BITS);
    ([limb(c0), limb(c1), limb(c2), limb(c3)], c3 >> LIMB_BITS)
}
