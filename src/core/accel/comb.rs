//! Tables of multiples: a scalar times a point without a single doubling.
//!
//! The scalar is written in signed digits of `w` bits, `Σ dᵢ·2^(w·i)` with
//! `|dᵢ| ≤ 2^(w-1)`, and the table holds `d·2^(w·i)·P` for each place `i` and each
//! `d` from 1 to `2^(w-1)`: a fixed-base window method (Brickell, Gordon, McCurley,
//! Wilson, EUROCRYPT '92; Hankerson, Menezes, Vanstone, §3.3.2) with the sign taken from
//! the point, where negating is free. What is left is a sum of one point for each
//! digit, which the tables of both points join.
//!
//! Points are added in affine form, neighbour to neighbour, with one inversion for
//! all pairs: 6 products instead of the 11 of a mixed addition. An inversion costs
//! about 50 products, so from fewer than [`MIN_PAIRS`] pairs on the rest is summed
//! in Jacobian form.
//!
//! A verdict touches few of a table's points. So that a fault of the machine while it
//! was built cannot hide in the others, all are held against the curve's equation
//! before the table is given out.

use super::{
    field::Field,
    integer,
    point::{Affine, Jacobian, add_neighbours, extend_multiples, to_affine},
};
use alloc::{vec, vec::Vec};

/// From how many pairs on an inversion pays.
const MIN_PAIRS: usize = 12;

/// As many as two tables with windows of 4 bits give for scalars of 384 bits.
const MAX_TERMS: usize = 2 * (384 / 4 + 1);

/// How many additions one step of a build makes at most.
const STEP: usize = 1024;

/// All multiples of a point that digits of one width ask for.
pub struct Comb<F> {
    width: usize,
    /// For each place the multiples from 1 on.
    points: Vec<Affine<F>>,
}

/// How many digits of `width` bits a scalar of `bits` bits has; the last one takes
/// the carry, and is less than the others.
const fn places(bits: usize, width: usize) -> usize {
    bits / width + 1
}

/// Signed digits of `width` bits, the least significant first.
fn digits(scalar: &[u32], width: usize) -> impl Iterator<Item = i32> {
    let mut carry = 0;
    (0..places(32 * scalar.len(), width)).map(move |place| {
        let digit = carry + integer::window(scalar, place * width, width) as i32;
        carry = i32::from(digit > 1 << (width - 1));
        digit - (carry << width)
    })
}

impl<F: Field> Comb<F> {
    /// What a table takes while it is built, for scalars of `bits` bits.
    pub(super) const fn bytes(bits: usize, width: usize) -> usize {
        (places(bits, width) << (width - 1)) * size_of::<Affine<F>>() + STEP * size_of::<F>()
    }

    fn run(&self) -> usize {
        1 << (self.width - 1)
    }
}

/// A table in the making.
pub struct Build<F> {
    base: Affine<F>,
    /// Of the curve's equation.
    b: F,
    comb: Comb<F>,
    /// How many multiples are there, for the places from `place` on; twice as many
    /// for those before. Once all are there, those before are checked.
    known: usize,
    place: usize,
    products: Vec<F>,
}

impl<F: Field> Build<F> {
    /// The table of `base` on the curve with this `b`, for scalars of `bits` bits.
    #[inline(never)]
    pub(super) fn new(base: Affine<F>, b: F, bits: usize, width: usize) -> Self {
        let points = vec![base; places(bits, width) << (width - 1)];
        Self { base, b, comb: Comb { width, points }, known: 0, place: 0, products: vec![F::ZERO; STEP] }
    }

    /// Goes on for up to [`STEP`] additions, or the doublings of the first step, or the
    /// checks of twice as many points.
    #[inline(never)]
    pub(super) fn step(&mut self) -> Option<Comb<F>> {
        let run = self.comb.run();
        if self.known == 0 {
            self.known = self.first_multiples().map_or(0, |()| 1);
            return None;
        }
        if self.known == run {
            return self.check();
        }
        let mut left = STEP;
        while self.known < run && left >= self.known {
            let points = self.comb.points.get_mut(self.place * run..)?;
            let places = (left / self.known).min(points.len() / run);
            extend_multiples(points.get_mut(..places * run)?, run, self.known, &mut self.products)?;
            left -= places * self.known;
            self.place += places;
            if self.place * run == self.comb.points.len() {
                (self.known, self.place) = (2 * self.known, 0);
            }
        }
        None
    }

    /// Holds the next points against the curve's equation. A table with a point that
    /// is not on the curve is begun anew.
    #[inline(never)]
    fn check(&mut self) -> Option<Comb<F>> {
        let run = self.comb.run();
        let unchecked = self.comb.points.get(self.place * run..)?;
        let places = (2 * STEP / run).min(unchecked.len() / run);
        // Were several off, their sum would be 0 for one in 2^256.
        let points = unchecked.iter().take(places * run);
        let off = points.fold(F::ZERO, |off, point| (off + point.off_curve(self.b)).carry());
        if !off.is_zero() {
            (self.known, self.place) = (0, 0);
            return None;
        }
        self.place += places;
        let done = self.place * run == self.comb.points.len();
        done.then(|| Comb { width: self.comb.width, points: core::mem::take(&mut self.comb.points) })
    }

    /// The first multiple at each place: `2^(width·place)` times the base.
    #[inline(never)]
    fn first_multiples(&mut self) -> Option<()> {
        let run = self.comb.run();
        let places = self.comb.points.len() / run;
        let mut bases = Vec::with_capacity(places);
        let mut base = self.base.to_jacobian();
        for _ in 0..places {
            bases.push(base);
            for _ in 0..self.comb.width {
                base = base.double();
            }
        }
        let mut affine = vec![self.base; places];
        to_affine(&bases, &mut self.products, &mut affine)?;
        for (multiples, base) in self.comb.points.chunks_exact_mut(run).zip(affine) {
            multiples.first_mut().into_iter().for_each(|first| *first = base);
        }
        Some(())
    }
}

/// Points that are to be added.
pub(super) struct Terms<F> {
    points: [Affine<F>; MAX_TERMS],
    length: usize,
}

impl<F: Field> Terms<F> {
    pub(super) fn new() -> Self {
        Self { points: [Affine { x: F::ZERO, y: F::ZERO }; MAX_TERMS], length: 0 }
    }

    /// Takes the terms of `scalar` times the comb's point.
    #[inline(never)]
    pub(super) fn take(&mut self, comb: &Comb<F>, scalar: &[u32]) {
        for (digit, multiples) in digits(scalar, comb.width).zip(comb.points.chunks_exact(comb.run())) {
            // There is no multiple in front of the first: nothing is added for 0.
            let Some(place) = (digit.unsigned_abs() as usize).checked_sub(1) else { continue };
            let (Some(term), Some(slot)) = (multiples.get(place), self.points.get_mut(self.length)) else {
                debug_assert!(false, "a digit beyond the table");
                continue;
            };
            *slot = term.negated_if(digit < 0);
            self.length += 1;
        }
    }

    /// Adds all terms to `sum`; `z = 0` where that is infinity or the way led
    /// through an exception.
    #[inline(never)]
    pub(super) fn add_to(&mut self, sum: Option<Jacobian<F>>) -> Jacobian<F> {
        let mut products = [F::ZERO; MAX_TERMS / 2];
        let mut points = self.points.get_mut(..self.length).unwrap_or_default();
        while points.len() / 2 >= MIN_PAIRS {
            let Some(left) = add_neighbours(points, &mut products) else { return Jacobian::INFINITY };
            points = points.get_mut(..left).unwrap_or_default();
        }
        let mut terms = points.iter();
        let start = sum.or_else(|| terms.next().map(|&Affine { x, y }| Affine { x, y: y.carry() }.to_jacobian()));
        terms.fold(start.unwrap_or(Jacobian::INFINITY), |sum, term| sum.madd(term))
    }
}
