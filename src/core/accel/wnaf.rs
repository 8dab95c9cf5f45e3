//! Scalars times points with few multiples or none: for keys that are seldom used.
//!
//! Interleaved width-5 non-adjacent forms (Möller, SAC 2001; Hankerson, Menezes,
//! Vanstone, algorithms 3.35 and 3.51): one chain of doublings for all points, and for
//! each point an addition every sixth bit on average.
//!
//! The chain is as long as the longest scalar. Split into `n` parts of `b` bits, a scalar
//! is `Σ kᵢ·2^(b·i)` and its product `Σ kᵢ·(2^(b·i)·P)`: a sum of the same kind over `n`
//! points, with shorter scalars and one `n`th of the doublings (Lim and Lee, CRYPTO '94;
//! Möller, §3, for splitting before the forms are written). The additions stay as many. What is kept of
//! a key is the odd multiples of its `n` points, so that neither these nor their
//! inversions are computed again.

use super::{
    field::Field,
    integer,
    point::{Affine, Jacobian, to_affine},
};
use alloc::{vec, vec::Vec};

const WIDTH: usize = 5;
const MAX_BITS: usize = 384;

/// How many odd multiples a form of this width asks for: `P, 3P, 5P, … 15P`.
const ODD: usize = 1 << (WIDTH - 2);

/// The odd multiples of a point for each part of a scalar, one after the other.
pub(super) struct Multiples<F>(Vec<Affine<F>>);

impl<F: Field> Multiples<F> {
    pub(super) const fn bytes(parts: usize) -> usize {
        parts * ODD * size_of::<Affine<F>>()
    }

    /// For scalars of `bits` bits in so many equal parts. `None` would be for a point of an order that
    /// no curve here has.
    #[inline(never)]
    pub(super) fn new(point: &Affine<F>, bits: usize, parts: usize) -> Option<Self> {
        let mut jacobian = vec![point.to_jacobian(); parts * ODD];
        let mut affine = vec![*point; parts * ODD];
        let mut products = vec![F::ZERO; parts * ODD];
        // First the point of each part, and its double, from which the next part's goes on.
        let mut next = point.to_jacobian();
        let mut doublings = 0;
        for [once, twice] in jacobian.as_chunks_mut().0.iter_mut().take(parts) {
            for _ in 0..doublings {
                next = next.double();
            }
            *once = next;
            next = next.double();
            *twice = next;
            doublings = bits / parts - 1;
        }
        to_affine(jacobian.get(..2 * parts)?, &mut products, &mut affine)?;
        for ([once, twice], multiples) in affine.as_chunks().0.iter().zip(jacobian.as_chunks_mut::<ODD>().0) {
            let mut multiple = once.to_jacobian();
            for slot in multiples {
                *slot = multiple;
                multiple = multiple.madd(twice);
            }
        }
        to_affine(&jacobian, &mut products, &mut affine)?;
        Some(Self(affine))
    }

    /// Whether all of them are on the curve with this `b`.
    #[inline(never)]
    pub(super) fn are_on_curve(&self, b: F) -> bool {
        self.0.iter().all(|point| point.off_curve(b).is_zero())
    }
}

/// A point with the digits of its scalar.
struct Term<F> {
    multiples: [Affine<F>; ODD],
    digits: [i8; MAX_BITS + 1],
}

/// Products that share their doublings.
pub(super) struct Chain<F> {
    terms: Vec<Term<F>>,
    /// Of the longest part of a scalar.
    bits: usize,
}

impl<F: Field> Chain<F> {
    pub(super) const fn new() -> Self {
        Self { terms: Vec::new(), bits: 0 }
    }

    /// Takes `scalar` times the multiples' point.
    #[inline(never)]
    pub(super) fn take(&mut self, multiples: &Multiples<F>, scalar: &[u32]) {
        let (parts, _) = multiples.0.as_chunks();
        let words = scalar.len() / parts.len().max(1);
        debug_assert_eq!(parts.len() * words, scalar.len(), "parts are whole words");
        self.bits = self.bits.max(32 * words);
        for (multiples, part) in parts.iter().zip(scalar.chunks(words.max(1))) {
            self.terms.push(Term { multiples: *multiples, digits: digits(part) });
        }
    }

    /// The sum of all products, or `None` where all are 0. `z = 0` where the sum is infinity or the way
    /// led through an exception.
    #[inline(never)]
    pub(super) fn sum(&self) -> Option<Jacobian<F>> {
        let mut sum: Option<Jacobian<F>> = None;
        for at in (0..=self.bits).rev() {
            sum = sum.map(|sum| sum.double());
            for term in &self.terms {
                let digit = term.digits.get(at).copied().unwrap_or(0);
                if digit == 0 {
                    continue;
                }
                let Some(multiple) = term.multiples.get(usize::from(digit.unsigned_abs() / 2)) else { continue };
                let addend = multiple.negated_if(digit < 0);
                sum = Some(sum.map_or_else(|| addend.to_jacobian(), |sum| sum.madd(&addend)));
            }
        }
        sum
    }
}

/// Odd digits in `±(2^(WIDTH-1) − 1)` or 0, with at least `WIDTH − 1` zeros after each.
#[inline(never)]
fn digits(scalar: &[u32]) -> [i8; MAX_BITS + 1] {
    let mut digits = [0; MAX_BITS + 1];
    let (mut at, mut carry) = (0, 0);
    while let Some(slot) = digits.get_mut(at).filter(|_| at <= 32 * scalar.len()) {
        let odd = (integer::window(scalar, at, 1) + carry) & 1 == 1;
        if !odd {
            at += 1;
            continue;
        }
        let low = (integer::window(scalar, at, WIDTH) + carry) as i8;
        carry = u32::from(low >= 1 << (WIDTH - 1));
        *slot = low - ((carry as i8) << WIDTH);
        at += WIDTH;
    }
    digits
}
