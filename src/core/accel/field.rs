//! Elements of the curves' prime fields, for multipliers of 32 bits.
//!
//! # Representation
//!
//! `n` signed limbs of `w` bits in `i32`s: the value is `Σ limb[i] · 2^(w·i)`. It
//! stands for `value / R mod p` with `R = 2^(w·n)` (Montgomery 1985), and is neither
//! unique nor reduced. P-256 has n = 9, w = 29, P-384 has n = 14, w = 28.
//!
//! A product is `n²` multiplications of 32 × 32 → 64 bits, and a reduction without
//! any: both primes are −1 mod `2^w`, so a column is its own Montgomery quotient,
//! and the primes are sums of few powers of two. Limbs are *balanced*, in
//! `[-2^(w-1), 2^(w-1)]`, which leaves room for sums that are not carried.
//!
//! # Bounds
//!
//! Each element has a bound `(limb, value)`: every `|limb[i]| ≤ limb · 2^(w-1)`, and
//! `|value| ≤ value · B/16`, where `B` is `2^256` or `2^384`. [`Bound`] computes
//! them by the rules below, in debug builds only and from the operations alone: one
//! run of a formula proves it for all data. It also holds them against the limbs.
//!
//! - Sums and differences add bounds. `limb ≤ 7` (w = 29) or `15` (w = 28) keeps limbs
//!   below 2^31.
//! - A product's columns: at most `n` terms, each below `la·lb · 2^(2w-2)`, plus a
//!   carry below 2^(63-w), plus shifted quotients below 2^(w+25). With Σ la·lb ≤ 14 that
//!   is 126·2^56 + 2^34 + 2^54 < 2^63 for P-256, with Σ la·lb ≤ 36 it is
//!   504·2^54 + 2^35 + 2^53 < 2^63 for P-384.
//! - A product's value: `(a·b + m·p) / R` with `0 ≤ m < R`, so it lies within
//!   `±|a·b|/R` and `p` more; `B = R/32` or `R/256` gives
//!   `16 + va·vb/512` or `16 + va·vb/4096` sixteenths. Its limbs are balanced by
//!   construction; the top one, of weight `B/2^24` or `B/2^20`, follows from the
//!   value: `value ≤ 255` keeps it within `16·2^24 = 2^28` or `16·2^20 + 1 < 2^27`.
//! - [`Field::carry`] takes the multiple `q` of `B` that is nearest out of the top limb
//!   and gives back `q·(B − p)`. `|q| ≤ 16` by the bound on values, so that no limb
//!   grows by more than `16·2^21 = 2^25`; rounding adds `2^(w-1)`, one unit, and a carry
//!   is at most 8. All fits an `i32` from one unit less than the limit on limbs. At most
//!   half of `B` and that carry remain at the top: the bound is `(1, 9)`.
//! - An integer of `B` or less, split into limbs that are not balanced: `(2, 16)`.

use super::{integer, modinv, p256_limbs, p384_limbs};
use core::ops::{Add, Mul, Neg, Sub};

/// What is known of an element whatever the data; nothing in release builds.
#[derive(Clone, Copy)]
struct Bound {
    #[cfg(debug_assertions)]
    limb: u32,
    #[cfg(debug_assertions)]
    value: u32,
}

/// The largest bounds that a field's arithmetic takes.
#[cfg_attr(not(debug_assertions), expect(dead_code, reason = "only debug builds look"))]
struct Limits {
    /// Of one limb.
    limb: u32,
    /// Of the sum of products of two limbs' bounds.
    products: u32,
    /// Of a value.
    value: u32,
    /// `16·R/B`: what a product's value is divided by.
    shrink: u32,
}

#[cfg(debug_assertions)]
impl Bound {
    const fn new(limb: u32, value: u32) -> Self {
        Self { limb, value }
    }

    fn of_sum(self, other: Self, limits: &Limits) -> Self {
        Self::new(self.limb + other.limb, self.value + other.value).within(limits)
    }

    fn of_products(pairs: &[(Self, Self)], limits: &Limits) -> Self {
        let limb: u32 = pairs.iter().map(|(a, b)| a.limb * b.limb).sum();
        let value: u32 = pairs.iter().map(|(a, b)| a.value * b.value).sum();
        debug_assert!(limb <= limits.products, "a column of products overflows: {limb}");
        Self::new(1, 16 + value.div_ceil(limits.shrink)).within(limits)
    }

    fn of_carried(self, limits: &Limits) -> Self {
        debug_assert!(self.limb < limits.limb, "carrying overflows");
        Self::new(1, 9)
    }

    fn within(self, limits: &Limits) -> Self {
        debug_assert!(self.limb <= limits.limb && self.value <= limits.value, "{} {}", self.limb, self.value);
        self
    }
}

#[cfg(not(debug_assertions))]
impl Bound {
    const fn new(_limb: u32, _value: u32) -> Self {
        Self {}
    }

    fn of_sum(self, _other: Self, _limits: &Limits) -> Self {
        self
    }

    fn of_products(_pairs: &[(Self, Self)], _limits: &Limits) -> Self {
        Self {}
    }

    fn of_carried(self, _limits: &Limits) -> Self {
        self
    }
}

/// An element of a prime field.
pub trait Field:
    Copy + Send + Sync + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Neg<Output = Self> + 'static
{
    /// An integer as wide as the prime, least significant word first.
    type Words: Copy + Eq + AsRef<[u32]> + Send + Sync;

    const ZERO: Self;
    const ONE: Self;

    fn from_words(words: &Self::Words) -> Self;

    /// The number in `[0, p)`.
    fn to_words(self) -> Self::Words;

    fn square(self) -> Self;

    /// `self·b − c·d` with one reduction.
    fn mul_sub(self, b: Self, c: Self, d: Self) -> Self;

    /// The same element with the smallest bound.
    fn carry(self) -> Self;

    /// `None` for 0.
    fn invert(self) -> Option<Self>;

    fn is_zero(self) -> bool;

    fn double(self) -> Self {
        self + self
    }
}

macro_rules! field {
    ($name:ident $doc:literal $limbs:ident $words:literal $prime:expr, $modulus_limbs:literal, $limits:expr) => {
        #[doc = $doc]
        #[derive(Clone, Copy)]
        pub struct $name {
            limbs: [i32; $limbs::LIMBS],
            bound: Bound,
        }

        impl $name {
            /// The prime.
            pub(super) const PRIME: [u32; $words] = $prime;
            const MODULUS: modinv::Modulus<$modulus_limbs> = modinv::Modulus::new(&Self::PRIME);
            const LIMITS: Limits = $limits;
            const R_SQUARED: Self = Self::split(&integer::power_of_two(2 * $limbs::LIMBS * $limbs::BITS, &Self::PRIME));

            const fn split(words: &[u32; $words]) -> Self {
                Self { limbs: integer::to_limbs(words, $limbs::BITS), bound: Bound::new(2, 16) }
            }

            #[inline(always)]
            fn bounded(limbs: [i32; $limbs::LIMBS], bound: Bound) -> Self {
                #[cfg(feature = "fault")]
                let limbs = super::fault::flipped(limbs);
                #[cfg(debug_assertions)]
                {
                    let unit = 1_u32 << ($limbs::BITS - 1);
                    debug_assert!(limbs.iter().all(|limb| limb.unsigned_abs() <= bound.limb * unit));
                    let top = limbs.last().map_or(0, |limb| limb.unsigned_abs());
                    let weight = 32 * $words - ($limbs::LIMBS - 1) * $limbs::BITS - 4;
                    // The limbs below it amount to half a unit of it, each time they were added.
                    debug_assert!(u64::from(top) <= (u64::from(bound.value) << weight) + u64::from(bound.limb));
                }
                Self { limbs, bound }
            }
        }

        impl Field for $name {
            type Words = [u32; $words];

            const ZERO: Self = Self { limbs: [0; $limbs::LIMBS], bound: Bound::new(0, 0) };
            const ONE: Self = Self::split(&integer::power_of_two($limbs::LIMBS * $limbs::BITS, &Self::PRIME));

            #[inline(never)]
            fn from_words(words: &[u32; $words]) -> Self {
                Self::split(words) * Self::R_SQUARED
            }

            #[inline(never)]
            fn to_words(self) -> [u32; $words] {
                // (v + m·p) / R with |v| ≤ R/2 and 0 ≤ m < R is an integer in [0, p].
                let mut limbs = [0; $limbs::LIMBS];
                let [low, ..] = &mut limbs;
                *low = 1;
                let one = Self { limbs, bound: Bound::new(1, 1) };
                let mut limbs = (self * one).limbs;
                let mut carry = 0;
                for limb in &mut limbs {
                    *limb += carry;
                    carry = *limb >> $limbs::BITS;
                    *limb &= (1 << $limbs::BITS) - 1;
                }
                debug_assert!(carry == 0);
                let words = integer::from_limbs(&limbs, $limbs::BITS);
                if words == Self::PRIME { [0; $words] } else { words }
            }

            #[inline(always)]
            fn square(self) -> Self {
                let bound = Bound::of_products(&[(self.bound, self.bound)], &Self::LIMITS);
                Self::bounded($limbs::square(&self.limbs), bound)
            }

            #[inline(always)]
            fn mul_sub(self, b: Self, c: Self, d: Self) -> Self {
                let bound = Bound::of_products(&[(self.bound, b.bound), (c.bound, d.bound)], &Self::LIMITS);
                Self::bounded($limbs::mul_sub(&self.limbs, &b.limbs, &c.limbs, &d.limbs), bound)
            }

            #[inline(always)]
            fn carry(self) -> Self {
                Self::bounded($limbs::carry(&self.limbs), self.bound.of_carried(&Self::LIMITS))
            }

            #[inline(never)]
            fn invert(self) -> Option<Self> {
                let words = self.to_words();
                (words != [0; $words]).then(|| Self::from_words(&Self::MODULUS.invert(&words)))
            }

            #[inline(never)]
            fn is_zero(self) -> bool {
                self.to_words() == [0; $words]
            }
        }

        impl Add for $name {
            type Output = Self;

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                let bound = self.bound.of_sum(other.bound, &Self::LIMITS);
                Self::bounded($limbs::add(&self.limbs, &other.limbs), bound)
            }
        }

        impl Sub for $name {
            type Output = Self;

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                let bound = self.bound.of_sum(other.bound, &Self::LIMITS);
                Self::bounded($limbs::sub(&self.limbs, &other.limbs), bound)
            }
        }

        impl Mul for $name {
            type Output = Self;

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                let bound = Bound::of_products(&[(self.bound, other.bound)], &Self::LIMITS);
                Self::bounded($limbs::mul(&self.limbs, &other.limbs), bound)
            }
        }

        impl Neg for $name {
            type Output = Self;

            #[inline(always)]
            fn neg(self) -> Self {
                Self { limbs: $limbs::neg(&self.limbs), bound: self.bound }
            }
        }
    };
}

field!(
    P256Element "An element of the field of P-256 (FIPS 186-4 §D.1.2.3)." p256_limbs 8
    [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0, 0, 0, 1, 0xffff_ffff], 9,
    Limits { limb: 7, products: 14, value: 255, shrink: 512 }
);

field!(
    P384Element "An element of the field of P-384 (FIPS 186-4 §D.1.2.4)." p384_limbs 12
    [
        0xffff_ffff, 0, 0, 0xffff_ffff, 0xffff_fffe, 0xffff_ffff,
        0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff,
    ], 13,
    Limits { limb: 15, products: 36, value: 255, shrink: 4096 }
);
