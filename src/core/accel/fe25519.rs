//! The field of integers modulo p = 2²⁵⁵ − 19, for 32 × 32 → 64 bit multipliers.
//!
//! # Representation
//!
//! Nine signed limbs of 29 bits, least significant first: Σ lᵢ·2²⁹ⁱ, in `i32`.
//! 9 · 29 = 261 bits, and 2²⁶¹ ≡ 19·2⁶ = 1216 (mod p). 81 products instead of the
//! 100 of the usual ten limbs.
//!
//! # Bounds
//!
//! *Carried* elements, those that [`Fe::mul`] and [`Fe::square`] give, have limbs
//! within ±C, C = 2²⁸ + 2¹⁶; the top limb is within ±(2²² + 1). Sums and
//! differences are not carried; what has j carried terms has limbs within ±jC.
//! A factor may have up to four terms (4C < 2³¹), and the two factors of a
//! product j and k terms with jk ≤ 12. Then
//!
//! - a column of the product is within 9 · 12 · C² < 2⁶³ · 0.85;
//! - columns 9 to 16 are cut at 29 bits, and both parts times 1216 go to the
//!   columns that they are congruent to: another ±2⁴⁵, so columns stay in `i64`;
//! - carries, rounded to the nearest, leave limbs within ±2²⁸; what leaves the
//!   top limb at bit 255 is within ±2⁴⁰, returns times 19 to limb 0, and of that
//!   at most ±2¹⁶ goes on to limb 1.
//!
//! [`Fe::mul`] asserts the premises and the result in debug builds.

use super::modinv::Modulus;
use ::core::ops::{Add, Neg, Sub};

/// p, as little-endian words.
const P: [u32; 8] = [0xffff_ffed, u32::MAX, u32::MAX, u32::MAX, u32::MAX, u32::MAX, u32::MAX, 0x7fff_ffff];
const MODULUS: Modulus<9> = Modulus::new(&P);

/// An element of the field, not necessarily reduced.
#[derive(Clone, Copy, Debug)]
pub struct Fe([i32; 9]);

const LIMB_BITS: u32 = 29;
const MASK: i64 = (1 << LIMB_BITS) - 1;
/// 255 − 8 · 29.
const TOP_BITS: u32 = 23;
/// 2²⁶¹ modulo p.
const FOLD: i64 = 1216;
/// C of the head comment.
const CARRIED: i64 = (1 << 28) + (1 << 16);

impl Fe {
    /// 0.
    pub const ZERO: Self = Self([0; 9]);

    /// 1.
    pub const ONE: Self = Self([1, 0, 0, 0, 0, 0, 0, 0, 0]);

    /// An element by its limbs, which are within ±C.
    pub const fn from_limbs(limbs: [i32; 9]) -> Self {
        Self(limbs)
    }

    /// Reads 255 bits, little-endian words; the highest bit is ignored. What is p
    /// or more is taken modulo p.
    pub fn from_words(words: [u32; 8]) -> Self {
        let (mut pending, mut bits) = (0, 0);
        let mut words = words.into_iter();
        let limbs = [(); 9].map(|()| {
            if bits < LIMB_BITS {
                pending |= u64::from(words.next().unwrap_or(0)) << bits;
                bits += 32;
            }
            let limb = pending as i64 & MASK;
            pending >>= LIMB_BITS;
            bits -= LIMB_BITS;
            limb
        });
        let [l0, l1, l2, l3, l4, l5, l6, l7, l8] = limbs;
        Self::carried([l0, l1, l2, l3, l4, l5, l6, l7, l8 & ((1 << TOP_BITS) - 1)])
    }

    /// The representative within 0 … p−1, as little-endian words.
    pub fn to_words(self) -> [u32; 8] {
        // The value is within ±2²⁵⁹ for limbs within ±4C; 32p makes it positive.
        let [p0, p_top] = [(1 << LIMB_BITS) - 19, (1 << TOP_BITS) - 1];
        let p = [p0, MASK, MASK, MASK, MASK, MASK, MASK, MASK, p_top];
        let mut limbs = self.0.map(i64::from);
        limbs.iter_mut().zip(p).for_each(|(limb, p)| *limb += 32 * p);
        // Below 2²⁵⁵ + 19·2⁶, then below 2p; once more takes p off where it must.
        let limbs = Self::wrap(Self::wrap(limbs));
        let mut over = limbs;
        over[0] += 19;
        let at_least_p = Self::ripple(over)[8] >> TOP_BITS;
        debug_assert!(at_least_p == 0 || at_least_p == 1);
        let mut limbs = limbs;
        limbs[0] += 19 * at_least_p;
        let mut limbs = Self::ripple(limbs);
        limbs[8] &= (1 << TOP_BITS) - 1;

        let (mut pending, mut bits) = (0, 0);
        let mut limbs = limbs.into_iter();
        [(); 8].map(|()| {
            while bits < 32 {
                pending |= (limbs.next().unwrap_or(0) as u64) << bits;
                bits += LIMB_BITS;
            }
            let word = pending as u32;
            pending >>= 32;
            bits -= 32;
            word
        })
    }

    /// Carries to limbs of 0 … 2²⁹−1; the top limb takes what is left.
    fn ripple(limbs: [i64; 9]) -> [i64; 9] {
        let mut carry = 0;
        let [rest @ .., top] = limbs;
        let [l0, l1, l2, l3, l4, l5, l6, l7] = rest.map(|limb| {
            let sum = limb + carry;
            carry = sum >> LIMB_BITS;
            sum & MASK
        });
        [l0, l1, l2, l3, l4, l5, l6, l7, top + carry]
    }

    /// [`Fe::ripple`], and the bits from 255 on times 19 to the lowest limb.
    fn wrap(limbs: [i64; 9]) -> [i64; 9] {
        let mut limbs = Self::ripple(limbs);
        let high = limbs[8] >> TOP_BITS;
        limbs[8] &= (1 << TOP_BITS) - 1;
        limbs[0] += 19 * high;
        limbs
    }

    /// Columns 0 to 8 as a carried element.
    #[inline(always)]
    fn carried([t0, t1, t2, t3, t4, t5, t6, t7, t8]: [i64; 9]) -> Self {
        const HALF: i64 = 1 << (LIMB_BITS - 1);
        let round = |column: i64| (column + HALF) >> LIMB_BITS;
        let c = round(t0);
        let (l0, t1) = (t0 - (c << LIMB_BITS), t1 + c);
        let c = round(t1);
        let (l1, t2) = (t1 - (c << LIMB_BITS), t2 + c);
        let c = round(t2);
        let (l2, t3) = (t2 - (c << LIMB_BITS), t3 + c);
        let c = round(t3);
        let (l3, t4) = (t3 - (c << LIMB_BITS), t4 + c);
        let c = round(t4);
        let (l4, t5) = (t4 - (c << LIMB_BITS), t5 + c);
        let c = round(t5);
        let (l5, t6) = (t5 - (c << LIMB_BITS), t6 + c);
        let c = round(t6);
        let (l6, t7) = (t6 - (c << LIMB_BITS), t7 + c);
        let c = round(t7);
        let (l7, t8) = (t7 - (c << LIMB_BITS), t8 + c);
        let c = (t8 + (1 << (TOP_BITS - 1))) >> TOP_BITS;
        let (l8, l0) = (t8 - (c << TOP_BITS), l0 + 19 * c);
        let c = round(l0);
        let (l0, l1) = (l0 - (c << LIMB_BITS), l1 + c);
        let limbs = [l0, l1, l2, l3, l4, l5, l6, l7, l8];
        debug_assert!(limbs.iter().all(|limb| limb.abs() <= CARRIED) && l8.abs() <= 1 << (TOP_BITS - 1));
        Self(limbs.map(|limb| limb as i32))
    }

    /// All columns of a product as a carried element.
    #[inline(always)]
    #[rustfmt::skip]
    fn reduced(low: [i64; 9], [t9, t10, t11, t12, t13, t14, t15, t16]: [i64; 8]) -> Self {
        let [t0, t1, t2, t3, t4, t5, t6, t7, t8] = low;
        let (below, above) = (|column: i64| column & MASK, |column: i64| column >> LIMB_BITS);
        Self::carried([
            t0 + FOLD * below(t9),
            t1 + FOLD * (above(t9) + below(t10)),
            t2 + FOLD * (above(t10) + below(t11)),
            t3 + FOLD * (above(t11) + below(t12)),
            t4 + FOLD * (above(t12) + below(t13)),
            t5 + FOLD * (above(t13) + below(t14)),
            t6 + FOLD * (above(t14) + below(t15)),
            t7 + FOLD * (above(t15) + below(t16)),
            t8 + FOLD * above(t16),
        ])
    }

    /// The largest limb's absolute value.
    fn magnitude(&self) -> i64 {
        self.0.iter().map(|limb| i64::from(*limb).abs()).max().unwrap_or(0)
    }

    /// The product, carried.
    #[inline(never)]
    #[must_use]
    #[rustfmt::skip]
    pub fn mul(&self, other: &Self) -> Self {
        debug_assert!(self.magnitude() * other.magnitude() <= 12 * CARRIED * CARRIED);
        let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = self.0.map(i64::from);
        let [b0, b1, b2, b3, b4, b5, b6, b7, b8] = other.0.map(i64::from);
        Self::reduced([
            a0 * b0,
            a0 * b1 + a1 * b0,
            a0 * b2 + a1 * b1 + a2 * b0,
            a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0,
            a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0,
            a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0,
            a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0,
            a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0,
            a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0,
        ], [
            a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1,
            a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2,
            a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3,
            a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4,
            a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5,
            a6 * b8 + a7 * b7 + a8 * b6,
            a7 * b8 + a8 * b7,
            a8 * b8,
        ])
    }

    /// The square, carried.
    #[inline(never)]
    #[must_use]
    #[rustfmt::skip]
    pub fn square(&self) -> Self {
        debug_assert!(self.magnitude() * self.magnitude() <= 12 * CARRIED * CARRIED);
        let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = self.0.map(i64::from);
        let [d0, d1, d2, d3, d4, d5, d6, d7] = [a0, a1, a2, a3, a4, a5, a6, a7].map(|limb| 2 * limb);
        Self::reduced([
            a0 * a0,
            d0 * a1,
            d0 * a2 + a1 * a1,
            d0 * a3 + d1 * a2,
            d0 * a4 + d1 * a3 + a2 * a2,
            d0 * a5 + d1 * a4 + d2 * a3,
            d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3,
            d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4,
            d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4,
        ], [
            d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5,
            d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5,
            d3 * a8 + d4 * a7 + d5 * a6,
            d4 * a8 + d5 * a7 + a6 * a6,
            d5 * a8 + d6 * a7,
            d6 * a8 + a7 * a7,
            d7 * a8,
            a8 * a8,
        ])
    }

    fn square_times(&self, times: u32) -> Self {
        (0..times).fold(*self, |power, _| power.square())
    }

    /// The power of (p − 5)/8 = 2²⁵² − 3, by way of powers of 2ⁿ − 1; the chain is
    /// that of Bernstein, "Curve25519: new Diffie-Hellman speed records" (2006).
    #[must_use]
    pub fn power_of_p58(&self) -> Self {
        let z2 = self.square();
        let z9 = z2.square_times(2).mul(self);
        let z11 = z9.mul(&z2);
        let z_5 = z11.square().mul(&z9);
        let z_10 = z_5.square_times(5).mul(&z_5);
        let z_20 = z_10.square_times(10).mul(&z_10);
        let z_40 = z_20.square_times(20).mul(&z_20);
        let z_50 = z_40.square_times(10).mul(&z_10);
        let z_100 = z_50.square_times(50).mul(&z_50);
        let z_200 = z_100.square_times(100).mul(&z_100);
        let z_250 = z_200.square_times(50).mul(&z_50);
        z_250.square_times(2).mul(self)
    }

    /// The inverse; 0 for 0.
    #[must_use]
    pub fn invert(&self) -> Self {
        Self::from_words(MODULUS.invert(&self.to_words()))
    }

    /// Whether this is 0 modulo p.
    pub fn is_zero(&self) -> bool {
        self.to_words() == [0; 8]
    }

    /// Whether the representative within 0 … p−1 is odd: "negative" in RFC 8032.
    pub fn is_odd(&self) -> bool {
        self.to_words()[0] & 1 == 1
    }
}

/// Not carried: the terms add up.
impl Add for Fe {
    type Output = Fe;

    #[inline(always)]
    fn add(mut self, other: Fe) -> Fe {
        self.0.iter_mut().zip(other.0).for_each(|(limb, other)| *limb += other);
        self
    }
}

/// Not carried: the terms add up.
impl Sub for Fe {
    type Output = Fe;

    #[inline(always)]
    fn sub(mut self, other: Fe) -> Fe {
        self.0.iter_mut().zip(other.0).for_each(|(limb, other)| *limb -= other);
        self
    }
}

impl Neg for Fe {
    type Output = Fe;

    #[inline(always)]
    fn neg(self) -> Fe {
        Fe(self.0.map(|limb| -limb))
    }
}
