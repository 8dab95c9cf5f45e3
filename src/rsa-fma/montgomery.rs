//! Montgomery multiplication with fused multiply-adds of doubles.
//!
//! # Representation
//!
//! 51-bit limbs as whole numbers in `f64`, least significant first, four to a
//! [`Block`].
//!
//! # Products
//!
//! Emmart, Zheng and Weems, "Faster modular exponentiation using double precision
//! floating point arithmetic on the GPU" (ARITH 2018), here with rounding to the
//! nearest. For whole a, b with ab < 2¹⁰³:
//!
//! - h = fma(a, b, 2¹⁰³) is in [2¹⁰³, 2¹⁰⁴), where doubles are 2⁵¹ apart: it is
//!   2¹⁰³ + 2⁵¹·H with H = ⌊ab/2⁵¹⌉, and its bits are those of 2¹⁰³ plus H;
//! - (2¹⁰³ + 3·2⁵¹) − h = (3 − H)·2⁵¹ is exact;
//! - l = fma(a, b, that) = 3·2⁵¹ + L, with L = ab − 2⁵¹·H within ±2⁵⁰, is in
//!   [2⁵², 2⁵³), where doubles are whole: exact, and its bits are those of 3·2⁵¹
//!   plus L.
//!
//! So both halves are added up as integers, and the bits of the constants, times
//! the number of terms, are taken off in the end. Without fusing, ab would be
//! rounded before the addition, and everything here wrong: [`is_fused`].
//!
//! # Bounds
//!
//! Limbs are below 2⁵¹, doubled ones in squares below 2⁵²; products are below
//! 2¹⁰³. A column has at most 2·164 terms of |L| ≤ 2⁵⁰ and as many of H < 2⁵², for
//! 8192 bits: below 2⁶¹, and carries below 2¹¹: `i64` holds it.
//!
//! # Quotient
//!
//! n is exchanged for N = κn with κ = −n⁻¹ mod 2¹⁰², so that N ≡ −1 (mod 2¹⁰²):
//! the digits of Montgomery's quotient are the digits of the sum itself, and a digit
//! meets the next ones two columns later, in M = N + 1, of which two limbs are zero.

use crate::integer::{LIMB_BITS, MASK, MAX_BLOCKS, add_one, to_blocks};
use alloc::{boxed::Box, vec, vec::Vec};
#[cfg(not(feature = "unfused"))]
use core::arch::wasm32::f64x2_relaxed_madd as multiply_add;
use core::arch::wasm32::{
    f64x2, f64x2_eq, f64x2_splat, f64x2_sub, i64x2_add, i64x2_all_true, i64x2_extract_lane, i64x2_splat, v128,
};
use core::hint::black_box;
use core::slice::SliceIndex;

/// Four limbs.
pub type Block = [f64; 4];

const TWO_51: f64 = (1_u64 << 51) as f64;
const TWO_103: f64 = TWO_51 * TWO_51 * 2.0;
const LOW: f64 = 3.0 * TWO_51;

const ZERO: Block = [0.0; 4];

#[cfg(feature = "unfused")]
#[inline(always)]
fn multiply_add(a: v128, b: v128, c: v128) -> v128 {
    core::arch::wasm32::f64x2_add(core::arch::wasm32::f64x2_mul(a, b), c)
}

/// Whether a multiply-add rounds once: (2²⁷ + 1)² − (2⁵⁴ + 2²⁸) is 1 then, else 0.
pub fn is_fused() -> bool {
    let factor = black_box(f64x2_splat(((1 << 27) + 1) as f64));
    let addend = black_box(f64x2_splat(-(((1_u64 << 54) + (1 << 28)) as f64)));
    i64x2_all_true(f64x2_eq(multiply_add(factor, factor, addend), f64x2_splat(1.0)))
}

/// Sums of both halves of products, in four columns.
#[derive(Clone, Copy)]
struct Sum {
    low: [v128; 2],
    high: [v128; 2],
    terms: i64,
}

/// The constants of a product. Not known to the compiler, because V8 makes each
/// `v128.const` anew wherever it is used.
#[derive(Clone, Copy)]
struct Constants {
    high: v128,
    both: v128,
}

impl Constants {
    #[inline(always)]
    fn new() -> Self {
        Self { high: black_box(f64x2_splat(TWO_103)), both: black_box(f64x2_splat(TWO_103 + LOW)) }
    }

    /// l and h of the head comment, in two lanes.
    #[inline(always)]
    fn halves(self, x: v128, y: v128) -> (v128, v128) {
        let high = multiply_add(x, y, self.high);
        (multiply_add(x, y, f64x2_sub(self.both, high)), high)
    }
}

impl Sum {
    #[inline(always)]
    fn zero() -> Self {
        Self { low: [i64x2_splat(0); 2], high: [i64x2_splat(0); 2], terms: 0 }
    }

    #[inline(always)]
    fn add(&mut self, constants: Constants, x: v128, [y0, y1]: [v128; 2]) {
        let ([l0, l1], [h0, h1]) = (self.low, self.high);
        let (low_0, high_0) = constants.halves(x, y0);
        let (low_1, high_1) = constants.halves(x, y1);
        self.low = [i64x2_add(l0, low_0), i64x2_add(l1, low_1)];
        self.high = [i64x2_add(h0, high_0), i64x2_add(h1, high_1)];
    }

    /// Adds Σ x_p·Y_{q−p}: `x` from the first p on; `y` the blocks of the same p, and
    /// the one below the last.
    ///
    /// Two limbs of x at a time, the second of which meets again what the first has met:
    /// a load counts where the engine checks each one's bounds, as workerd does. With
    /// four at a time, the sums would not fit into the registers.
    #[inline(always)]
    fn add_products(&mut self, constants: Constants, x: &[Block], y: &[Pairs]) {
        let x = x.as_flattened().as_chunks::<2>().0;
        let [first, rest @ ..] = y.as_flattened().as_chunks::<2>().0 else { return };
        debug_assert!(rest.len() >= x.len());
        let mut sum = *self;
        let [mut y0, mut y1] = *first;
        for ([x0, x1], [y2, y3]) in x.iter().zip(rest) {
            sum.add(constants, f64x2_splat(*x0), [y0, *y2]);
            sum.add(constants, f64x2_splat(*x1), [y1, *y3]);
            [y0, y1] = [*y2, *y3];
        }
        sum.terms = self.terms + 2 * x.len() as i64;
        *self = sum;
    }

    /// The halves as integers; a high half belongs a column higher.
    #[inline(always)]
    fn columns(&self) -> ([i64; 4], [i64; 4]) {
        let ([l32, l10], [h32, h10]) = (self.low, self.high);
        let ([l3, l2], [l1, l0]) = (plain(l32, LOW, self.terms), plain(l10, LOW, self.terms));
        let ([h3, h2], [h1, h0]) = (plain(h32, TWO_103, self.terms), plain(h10, TWO_103, self.terms));
        ([l0, l1, l2, l3], [h0, h1, h2, h3])
    }
}

/// Two sums without the bits of the constant in each of their terms.
#[inline(always)]
fn plain(sums: v128, constant: f64, terms: i64) -> [i64; 2] {
    let bits = (constant.to_bits() as i64).wrapping_mul(terms);
    [i64x2_extract_lane::<0>(sums).wrapping_sub(bits), i64x2_extract_lane::<1>(sums).wrapping_sub(bits)]
}

/// An integer for [`Sum::add_products`]: limbs the most significant first, so that
/// both factors are walked upwards; a block of zeros ahead, and zeros behind.
type Reversed = [Pairs; MAX_BLOCKS + 2];

/// From each limb of a block on, two: what one limb of the other factor meets at once.
type Pairs = [v128; 4];

const ZERO_PAIRS: Pairs = [f64x2(0.0, 0.0); 4];

#[inline(always)]
fn reverse(integer: &[Block], map: impl Fn(f64) -> f64, out: &mut [Pairs]) {
    let places = out.as_flattened_mut().get_mut(3..).unwrap_or_default().as_chunks_mut().0;
    let mut above = 0.0;
    for (pairs, block) in places.iter_mut().zip(integer.iter().rev().chain([&ZERO])) {
        let [x0, x1, x2, x3] = block.map(&map);
        *pairs = [f64x2(above, x3), f64x2(x3, x2), f64x2(x2, x1), f64x2(x1, x0)];
        above = x0;
    }
}

fn part<T>(blocks: &[T], range: impl SliceIndex<[T], Output = [T]>) -> &[T] {
    blocks.get(range).unwrap_or_default()
}

/// N for the kernel, by way of M = N + 1.
pub struct Modulus {
    /// Like [`Reversed`], as long as it has to be.
    m: Box<[Pairs]>,
    third: f64,
    fourth: f64,
}

/// The right factor and the quotient.
pub struct Scratch {
    right: Reversed,
    m: [Block; MAX_BLOCKS],
}

impl Scratch {
    pub const fn new() -> Self {
        Self { right: [ZERO_PAIRS; MAX_BLOCKS + 2], m: [ZERO; MAX_BLOCKS] }
    }
}

impl Modulus {
    pub fn new(n: &[u64]) -> Self {
        let mut limbs: Vec<u64> = n.into();
        add_one(&mut limbs);
        let mut blocks = vec![ZERO; n.len() / 4];
        to_blocks(&limbs, &mut blocks);
        let mut m = vec![ZERO_PAIRS; blocks.len() + 2];
        reverse(&blocks, |limb| limb, &mut m);
        let [_, _, third, fourth] = block(&blocks, 0);
        Self { m: m.into(), third, fourth }
    }

    #[inline(always)]
    fn reduce(&self, m: &mut [Block], out: &mut [Block], constants: Constants, factors: impl Fn(usize) -> Sum) {
        let blocks = out.len();
        let (mut carry, mut above) = (0, 0);
        for q in 0..2 * blocks {
            let mut sum = factors(q);
            let first = q.saturating_sub(blocks);
            let known = part(m, first..q.min(blocks));
            sum.add_products(constants, known, part(&self.m, blocks + first - q..=blocks));
            let ([l0, l1, l2, l3], [h0, h1, h2, h3]) = sum.columns();
            let s0 = l0 + above + carry;
            let s1 = l1 + h0 + (s0 >> LIMB_BITS);
            let [m0, m1] = [s0 & MASK, s1 & MASK].map(|digit| digit as f64);
            if let Some(slot) = m.get_mut(q).filter(|_| q < blocks) {
                // What the first two digits are to columns 2 and 3.
                let (low_0, high_0) = constants.halves(f64x2_splat(m0), f64x2(self.third, self.fourth));
                let (low_1, high_1) = constants.halves(f64x2_splat(m1), f64x2(0.0, self.third));
                let ([o2, o3], [p2, p3]) =
                    (plain(i64x2_add(low_0, low_1), LOW, 2), plain(i64x2_add(high_0, high_1), TWO_103, 2));
                let s2 = l2 + h1 + o2 + (s1 >> LIMB_BITS);
                let s3 = l3 + h2 + o3 + p2 + (s2 >> LIMB_BITS);
                let [m2, m3] = [s2 & MASK, s3 & MASK].map(|digit| digit as f64);
                (carry, above) = (s3 >> LIMB_BITS, h3 + p3);
                *slot = [m0, m1, m2, m3];
            } else if let Some(out) = out.get_mut(first) {
                let s2 = l2 + h1 + (s1 >> LIMB_BITS);
                let s3 = l3 + h2 + (s2 >> LIMB_BITS);
                let [m2, m3] = [s2 & MASK, s3 & MASK].map(|digit| digit as f64);
                (carry, above) = (s3 >> LIMB_BITS, h3);
                *out = [m0, m1, m2, m3];
            }
        }
        debug_assert!(carry == 0 && above == 0);
    }

    /// a·b·R⁻¹ modulo N, below 2N for factors below 2N.
    pub fn multiply(&self, a: &[Block], b: &[Block], out: &mut [Block], scratch: &mut Scratch) {
        let blocks = out.len();
        let constants = Constants::new();
        let Scratch { right, m } = scratch;
        reverse(b, |limb| limb, right);
        self.reduce(m, out, constants, |q| {
            let (first, end) = (q.saturating_sub(blocks), (q + 1).min(blocks));
            let mut sum = Sum::zero();
            sum.add_products(constants, part(a, first..end), part(&*right, blocks + first - q..));
            sum
        });
    }

    /// a²·R⁻¹ modulo N.
    pub fn square(&self, a: &[Block], out: &mut [Block], scratch: &mut Scratch) {
        let blocks = out.len();
        let constants = Constants::new();
        let Scratch { right, m } = scratch;
        reverse(a, |limb| 2.0 * limb, right);
        self.reduce(m, out, constants, |q| {
            let (first, middle) = (q.saturating_sub(blocks), q / 2);
            let mut sum = Sum::zero();
            sum.add_products(constants, part(a, first..middle), part(&*right, blocks + first - q..));
            // The pair that is left: p = r, or p = r and p + 1 = r.
            let [x0, x1, x2, x3] = block(a, middle);
            let [d1, d2, d3] = [x1, x2, x3].map(|limb| 2.0 * limb);
            if q % 2 == 0 {
                sum.add(constants, f64x2_splat(x0), [f64x2(d3, d2), f64x2(d1, x0)]);
                sum.add(constants, f64x2_splat(x1), [f64x2(d2, x1), f64x2(0.0, 0.0)]);
                sum.terms += 2;
            } else {
                let [e0, e1, e2, e3] = block(a, middle + 1).map(|limb| 2.0 * limb);
                sum.add(constants, f64x2_splat(x0), [f64x2(e3, e2), f64x2(e1, e0)]);
                sum.add(constants, f64x2_splat(x1), [f64x2(e2, e1), f64x2(e0, d3)]);
                sum.add(constants, f64x2_splat(x2), [f64x2(e1, e0), f64x2(d3, x2)]);
                sum.add(constants, f64x2_splat(x3), [f64x2(e0, x3), f64x2(0.0, 0.0)]);
                sum.terms += 4;
            }
            sum
        });
    }
}

fn block(integer: &[Block], at: usize) -> Block {
    integer.get(at).copied().unwrap_or(ZERO)
}
