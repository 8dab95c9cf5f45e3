//! Scalars times points without tables: for keys that are seldom used.
//!
//! Interleaved width-5 non-adjacent forms (Möller, SAC 2001; Hankerson, Menezes,
//! Vanstone, algorithms 3.35 and 3.51): one chain of doublings for all points, and for
//! each point an addition every sixth bit on average.

use super::{
    field::Field,
    integer,
    point::{Affine, Jacobian, to_affine},
};

const WIDTH: usize = 5;
const MAX_BITS: usize = 384;

/// `P, 3P, 5P, … 15P`.
type OddMultiples<F> = [Affine<F>; 1 << (WIDTH - 2)];

/// A point with the digits of its scalar.
pub(super) struct Term<F> {
    multiples: OddMultiples<F>,
    digits: [i8; MAX_BITS + 1],
}

impl<F: Field> Term<F> {
    /// `None` would be for a point of an order that no curve here has.
    #[inline(never)]
    pub(super) fn new(point: &Affine<F>, scalar: &[u32]) -> Option<Self> {
        Some(Self { multiples: odd_multiples(point)?, digits: digits(scalar) })
    }
}

/// The sum of all terms' products, for scalars of `bits` bits, or `None` where all are 0. `z = 0` where
/// the sum is infinity or the way led through an exception.
#[inline(never)]
pub(super) fn sum<F: Field>(terms: &[Option<Term<F>>], bits: usize) -> Option<Jacobian<F>> {
    let mut sum: Option<Jacobian<F>> = None;
    for at in (0..=bits).rev() {
        sum = sum.map(|sum| sum.double());
        for term in terms.iter().flatten() {
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

fn odd_multiples<F: Field>(point: &Affine<F>) -> Option<OddMultiples<F>> {
    let mut twice = [*point];
    to_affine(&[point.to_jacobian().double()], &mut [F::ZERO], &mut twice)?;
    let [twice] = twice;
    let mut multiple = point.to_jacobian();
    let mut multiples = [multiple; 1 << (WIDTH - 2)];
    for slot in multiples.iter_mut().skip(1) {
        multiple = multiple.madd(&twice);
        *slot = multiple;
    }
    let mut affine = [*point; 1 << (WIDTH - 2)];
    to_affine(&multiples, &mut [F::ZERO; 1 << (WIDTH - 2)], &mut affine)?;
    Some(affine)
}

/// Odd digits in `±(2^(WIDTH-1) − 1)` or 0, with at least `WIDTH − 1` zeros after each.
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
