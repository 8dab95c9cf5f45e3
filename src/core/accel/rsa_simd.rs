//! Montgomery multiplication with simd128: four columns at once.
//!
//! Limb u of x goes into all lanes, so that it meets four limbs of y, those that
//! end up in the four columns of block q: y_{4r−u} … y_{4r+3−u} with r = q − p.
//! These shifted blocks overlap; they are written down once per factor, those of
//! n once per key, because every one of them is read as often as there are
//! blocks. Order and bounds are those of [`super::rsa_scalar`].
//!
//! The lanes are spread ahead, in memory: from a splat beside the
//! multiplication, LLVM makes an `i64x2.mul`, which takes V8 many instructions.

use super::rsa_limbs::{
    Block, Columns, MAX_BLOCKS, add_low, add_square_high, add_square_low, block, carry, negated_inverse, quotient,
};
use super::rsa_montgomery::Kernel;
use ::core::arch::wasm32::{
    i32x4_shuffle, u32x4, u32x4_splat, u64x2, u64x2_add, u64x2_extmul_high_u32x4, u64x2_extmul_low_u32x4,
    u64x2_extract_lane, v128,
};
use alloc::boxed::Box;

const ZERO: Block = [0; 4];

/// The four limbs of a block of the left factor, each in all lanes.
type Spread = [v128; 4];

/// A block of the right factor, moved up by 0, 1, 2 and 3 limbs.
type Shifted = [v128; 4];

const EMPTY: [v128; 4] = [u64x2(0, 0); 4];

/// A modulus for the simd128 kernel.
#[derive(Clone, Debug)]
pub struct Simd {
    lowest: Block,
    inverse: u32,
    shifted: Box<[Shifted]>,
}

/// Both factors and the quotient, laid out for [`add_products`].
#[derive(Clone, Debug)]
pub struct Scratch {
    left: [Spread; MAX_BLOCKS],
    right: [Shifted; MAX_BLOCKS + 1],
    m: [Spread; MAX_BLOCKS],
}

#[inline]
#[target_feature(enable = "simd128")]
fn spread(limbs: Block) -> Spread {
    limbs.map(|limb| u32x4_splat(limb))
}

/// Every block of an integer, shifted; the last holds what is moved out of the top.
#[inline]
#[target_feature(enable = "simd128")]
fn shift(integer: impl Iterator<Item = Block>, out: &mut [Shifted]) {
    let mut below = u32x4(0, 0, 0, 0);
    for (out, [y0, y1, y2, y3]) in out.iter_mut().zip(integer.chain([ZERO])) {
        let limbs = u32x4(y0, y1, y2, y3);
        *out = [
            limbs,
            i32x4_shuffle::<3, 4, 5, 6>(below, limbs),
            i32x4_shuffle::<2, 3, 4, 5>(below, limbs),
            i32x4_shuffle::<1, 2, 3, 4>(below, limbs),
        ];
        below = limbs;
    }
}

/// Adds Σ x_p·Y_{q−p}: `x` from the first p on, `y` the blocks of the same p in
/// ascending order of their index.
#[inline]
#[target_feature(enable = "simd128")]
fn add_products([mut c01, mut c23]: [v128; 2], x: &[Spread], y: &[Shifted]) -> [v128; 2] {
    debug_assert_eq!(x.len(), y.len());
    let [mut d01, mut d23] = [u64x2(0, 0); 2];
    for ([x0, x1, x2, x3], [y0, y1, y2, y3]) in x.iter().zip(y.iter().rev()) {
        c01 = u64x2_add(c01, u64x2_extmul_low_u32x4(*x0, *y0));
        c23 = u64x2_add(c23, u64x2_extmul_high_u32x4(*x0, *y0));
        d01 = u64x2_add(d01, u64x2_extmul_low_u32x4(*x1, *y1));
        d23 = u64x2_add(d23, u64x2_extmul_high_u32x4(*x1, *y1));
        c01 = u64x2_add(c01, u64x2_extmul_low_u32x4(*x2, *y2));
        c23 = u64x2_add(c23, u64x2_extmul_high_u32x4(*x2, *y2));
        d01 = u64x2_add(d01, u64x2_extmul_low_u32x4(*x3, *y3));
        d23 = u64x2_add(d23, u64x2_extmul_high_u32x4(*x3, *y3));
    }
    [u64x2_add(c01, d01), u64x2_add(c23, d23)]
}

#[inline]
#[target_feature(enable = "simd128")]
fn columns([c01, c23]: [v128; 2]) -> Columns {
    [
        u64x2_extract_lane::<0>(c01),
        u64x2_extract_lane::<1>(c01),
        u64x2_extract_lane::<0>(c23),
        u64x2_extract_lane::<1>(c23),
    ]
}

impl Simd {
    /// Both passes over the columns. `factors` gives those of `a·b`, as far as
    /// vectors compute them, `rest` adds what they leave over.
    #[inline]
    #[target_feature(enable = "simd128")]
    fn reduce(
        &self,
        m: &mut [Spread],
        out: &mut [Block],
        factors: impl Fn(usize) -> [v128; 2],
        rest: impl Fn(usize, Columns) -> Columns,
    ) {
        let blocks = out.len();
        let mut carried = 0;
        for q in 0..blocks {
            let known = m.get(..q).unwrap_or_default();
            let shifted = self.shifted.get(1..=q).unwrap_or_default();
            let sum = columns(add_products(factors(q), known, shifted));
            let digits;
            (digits, carried) = quotient(rest(q, sum), carried, self.inverse, self.lowest);
            if let Some(slot) = m.get_mut(q) {
                *slot = spread(digits);
            }
        }
        for (first, out) in out.iter_mut().enumerate() {
            let m = m.get(first..blocks).unwrap_or_default();
            let shifted = self.shifted.get(first + 1..).unwrap_or_default();
            let sum = columns(add_products(factors(blocks + first), m, shifted));
            (*out, carried) = carry(rest(blocks + first, sum), carried);
        }
        debug_assert!(carried == 0);
    }

    #[target_feature(enable = "simd128")]
    fn multiply_simd(&self, a: &[Block], b: &[Block], out: &mut [Block], scratch: &mut Scratch) {
        let blocks = out.len();
        let Scratch { left, right, m } = scratch;
        left.iter_mut().zip(a).for_each(|(left, a)| *left = spread(*a));
        shift(b.iter().copied(), right);
        let factors = |q: usize| {
            let (first, end) = (q.saturating_sub(blocks), (q + 1).min(blocks));
            let left = left.get(first..end).unwrap_or_default();
            let right = right.get(q + 1 - end..=q - first).unwrap_or_default();
            add_products([u64x2(0, 0); 2], left, right)
        };
        self.reduce(m, out, factors, |_, columns| columns);
    }

    #[target_feature(enable = "simd128")]
    fn square_simd(&self, a: &[Block], out: &mut [Block], scratch: &mut Scratch) {
        let blocks = out.len();
        let Scratch { left, right, m } = scratch;
        left.iter_mut().zip(a).for_each(|(left, a)| *left = spread(*a));
        shift(a.iter().map(|a| a.map(|limb| 2 * limb)), right);
        let factors = |q: usize| {
            let (first, middle) = (q.saturating_sub(blocks), q / 2);
            let left = left.get(first..middle).unwrap_or_default();
            let right = right.get(q + 1 - middle..=q - first).unwrap_or_default();
            add_products([u64x2(0, 0); 2], left, right)
        };
        self.reduce(m, out, factors, |q, columns| {
            let middle = block(a, q / 2, ZERO);
            if q % 2 == 0 {
                add_square_low(columns, middle)
            } else {
                let next = block(a, q / 2 + 1, ZERO).map(|limb| 2 * limb);
                add_square_high(add_low(columns, middle, next), middle)
            }
        });
    }
}

impl Kernel for Simd {
    type Scratch = Scratch;

    fn new(n: &[Block]) -> Self {
        let lowest = block(n, 0, ZERO);
        let mut shifted = alloc::vec![EMPTY; n.len() + 1];
        shift(n.iter().copied(), &mut shifted);
        Self { lowest, inverse: negated_inverse(lowest[0]), shifted: shifted.into() }
    }

    fn scratch() -> Scratch {
        Scratch { left: [EMPTY; MAX_BLOCKS], right: [EMPTY; MAX_BLOCKS + 1], m: [EMPTY; MAX_BLOCKS] }
    }

    fn multiply(&self, a: &[Block], b: &[Block], out: &mut [Block], scratch: &mut Scratch) {
        self.multiply_simd(a, b, out, scratch);
    }

    fn square(&self, a: &[Block], out: &mut [Block], scratch: &mut Scratch) {
        self.square_simd(a, out, scratch);
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.shifted)
    }
}
