//! Montgomery multiplication with 64-bit integer multiplications.
//!
//! Block columns q = 0 … 2B−1 of `a·b + m·n` are computed one after the other.
//! Products of block p of x with blocks q−p and q−p−1 of y overlap in them: the
//! lower columns of the one, the upper columns of the other. Walking p upwards,
//! block q−p−1 of one step is block q−p of the next, so that each block is
//! loaded once for 16 multiplications. Bounds: [`super::rsa_limbs`].

use super::rsa_limbs::{
    Block, Columns, MAX_BLOCKS, add_low, add_square_high, add_square_low, block, carry, negated_inverse, quotient,
};
use super::rsa_montgomery::Kernel;
use alloc::boxed::Box;

const ZERO: Block = [0; 4];

/// A modulus for the scalar kernel.
#[derive(Clone, Debug)]
pub struct Scalar {
    n: Box<[Block]>,
    inverse: u32,
}

/// Blocks of the quotient m, and of the doubled factor of a square.
#[derive(Clone, Debug)]
pub struct Scratch {
    m: [Block; MAX_BLOCKS],
    doubled: [Block; MAX_BLOCKS],
}

/// Adds Σ x_p·(Y_{q−p} + z·Y_{q−p−1}): `x` from the first p on, `lower` the
/// blocks Y_{q−p−1} of the same p, in ascending order of their index, `high` the
/// Y_{q−p} of the first p.
#[inline(always)]
fn add_products([mut c0, mut c1, mut c2, mut c3]: Columns, x: &[Block], lower: &[Block], high: Block) -> Columns {
    debug_assert_eq!(x.len(), lower.len());
    let [mut h0, mut h1, mut h2, mut h3] = high.map(u64::from);
    for ([x0, x1, x2, x3], [l0, l1, l2, l3]) in x.iter().zip(lower.iter().rev()) {
        let x = u64::from(*x0);
        (c0, c1, c2, c3) = (c0 + x * h0, c1 + x * h1, c2 + x * h2, c3 + x * h3);
        let x = u64::from(*x1);
        h3 = u64::from(*l3);
        (c0, c1, c2, c3) = (c0 + x * h3, c1 + x * h0, c2 + x * h1, c3 + x * h2);
        let x = u64::from(*x2);
        h2 = u64::from(*l2);
        (c0, c1, c2, c3) = (c0 + x * h2, c1 + x * h3, c2 + x * h0, c3 + x * h1);
        let x = u64::from(*x3);
        h1 = u64::from(*l1);
        (c0, c1, c2, c3) = (c0 + x * h1, c1 + x * h2, c2 + x * h3, c3 + x * h0);
        h0 = u64::from(*l0);
    }
    [c0, c1, c2, c3]
}

impl Scalar {
    /// Both passes over the columns; `factor_columns` gives those of `a·b`.
    #[inline(always)]
    fn reduce(&self, m: &mut [Block], out: &mut [Block], mut factor_columns: impl FnMut(usize) -> Columns) {
        let blocks = self.n.len();
        let lowest = block(&self.n, 0, ZERO);
        let mut carried = 0;
        for q in 0..blocks {
            let known = m.get(..q).unwrap_or_default();
            let lower = self.n.get(..q).unwrap_or_default();
            let columns = add_products(factor_columns(q), known, lower, block(&self.n, q, ZERO));
            let digits;
            (digits, carried) = quotient(columns, carried, self.inverse, lowest);
            if let Some(slot) = m.get_mut(q) {
                *slot = digits;
            }
        }
        for (first, out) in out.iter_mut().enumerate() {
            let m = m.get(first..blocks).unwrap_or_default();
            let lower = self.n.get(first..).unwrap_or_default();
            let columns = add_products(factor_columns(blocks + first), m, lower, ZERO);
            (*out, carried) = carry(columns, carried);
        }
        debug_assert!(carried == 0);
    }
}

impl Kernel for Scalar {
    type Scratch = Scratch;

    fn new(n: &[Block]) -> Self {
        let [lowest, ..] = block(n, 0, ZERO);
        Self { n: n.into(), inverse: negated_inverse(lowest) }
    }

    fn scratch() -> Scratch {
        Scratch { m: [ZERO; MAX_BLOCKS], doubled: [ZERO; MAX_BLOCKS] }
    }

    fn multiply(&self, a: &[Block], b: &[Block], out: &mut [Block], scratch: &mut Scratch) {
        let blocks = self.n.len();
        self.reduce(&mut scratch.m, out, |q| {
            let (first, end) = (q.saturating_sub(blocks), q.min(blocks));
            let a_part = a.get(first..end).unwrap_or_default();
            let b_part = b.get(first..end).unwrap_or_default();
            let columns = add_products([0; 4], a_part, b_part, block(b, q, ZERO));
            add_low(columns, block(a, q, ZERO), block(b, 0, ZERO))
        });
    }

    fn square(&self, a: &[Block], out: &mut [Block], scratch: &mut Scratch) {
        let blocks = self.n.len();
        for (doubled, a) in scratch.doubled.iter_mut().zip(a) {
            *doubled = a.map(|limb| 2 * limb);
        }
        let doubled = scratch.doubled.get(..blocks).unwrap_or_default();
        self.reduce(&mut scratch.m, out, |q| {
            // Pairs p < r with p + r = q and, one column lower, p + r = q − 1.
            let (first, middle) = (q.saturating_sub(blocks), q / 2);
            let smaller = a.get(first..middle).unwrap_or_default();
            let larger = doubled.get(q - middle..q.min(blocks)).unwrap_or_default();
            let columns = add_products([0; 4], smaller, larger, block(doubled, q, ZERO));
            // The pair that is left: p = r, or p = r and p + 1 = r.
            let a_middle = block(a, middle, ZERO);
            if q % 2 == 0 {
                add_square_low(columns, a_middle)
            } else {
                add_square_high(add_low(columns, a_middle, block(doubled, middle + 1, ZERO)), a_middle)
            }
        });
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.n)
    }
}
