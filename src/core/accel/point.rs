//! Points of short Weierstrass curves `y² = x³ − 3x + b` of prime order.
//!
//! Formulas from the Explicit-Formulas Database (EFD), shortw/jacobian-3. All but
//! [`Jacobian::plus`] are *incomplete*: what they cannot add leaves `z = 0`, which
//! stays 0 through every further formula, as each multiplies it on. So an exception
//! anywhere in a sum shows in the end, and the sum is made anew by the complete way.
//! Sums that show none are right. An honest signature meets an exception with a
//! probability of about 2^-250.

use super::field::Field;

/// A point that is not the point at infinity.
#[derive(Clone, Copy)]
pub struct Affine<F> {
    pub(super) x: F,
    pub(super) y: F,
}

/// `(x / z², y / z³)`; the point at infinity where `z = 0`.
#[derive(Clone, Copy)]
pub struct Jacobian<F> {
    pub(super) x: F,
    pub(super) y: F,
    pub(super) z: F,
}

impl<F: Field> Affine<F> {
    /// `−self`.
    #[inline(always)]
    pub(super) fn negated_if(self, negated: bool) -> Self {
        if negated { Self { x: self.x, y: -self.y } } else { self }
    }

    #[inline(always)]
    pub(super) fn to_jacobian(self) -> Jacobian<F> {
        Jacobian { x: self.x, y: self.y, z: F::ONE }
    }

    /// 0 for a point on the curve: `y² − x·(x² − 3) − b`.
    #[inline(never)]
    pub(super) fn off_curve(&self, b: F) -> F {
        let three = (F::ONE.double() + F::ONE).carry();
        self.y.square() - (self.x.square() - three) * self.x - b
    }

    /// The third point on the line of slope `lambda` through `self` and a point at
    /// `x`, reflected: the sum of the two (EFD shortw, the affine addition law). Its `y` is not
    /// carried.
    #[inline(never)]
    fn third(&self, lambda: F, x: F) -> Self {
        let x3 = (lambda.square() - self.x - x).carry();
        Self { x: x3, y: lambda * (self.x - x3) - self.y }
    }

    /// `self + other`, with `1 / (other.x − self.x)`.
    #[inline(always)]
    fn chord(&self, other: &Self, inverse: F) -> Self {
        self.third((other.y - self.y) * inverse, other.x)
    }

    /// `2·self`, with `1 / 2y`. The slope is `3(x² − 1) / 2y`.
    #[inline(always)]
    fn tangent(&self, inverse: F) -> Self {
        let slope = (self.x.square() - F::ONE).carry();
        self.third((slope.double() + slope) * inverse, self.x)
    }
}

impl<F: Field> Jacobian<F> {
    pub(super) const INFINITY: Self = Self { x: F::ONE, y: F::ONE, z: F::ZERO };

    /// `self + other`, EFD madd-2004-hmv (Hankerson, Menezes, Vanstone, algorithm
    /// 3.22). Wrong with `z = 0` where `self` is `±other`; infinity stays.
    #[inline(never)]
    pub(super) fn madd(&self, other: &Affine<F>) -> Self {
        let zz = self.z.square();
        let h = other.x * zz - self.x;
        let r = other.y * self.z * zz - self.y;
        self.chord(h, r)
    }

    #[inline(never)]
    fn chord(&self, h: F, r: F) -> Self {
        let hh = h.square();
        let hhh = h * hh;
        let v = self.x * hh;
        let x = (r.square() - hhh - v.double()).carry();
        Self { x, y: r.mul_sub(v - x, self.y, hhh), z: self.z * h }
    }

    /// `2·self`, EFD dbl-2001-b (Bernstein), without its trick for `z`. Complete: there
    /// is no point of order 2.
    #[inline(never)]
    pub(super) fn double(&self) -> Self {
        let delta = self.z.square();
        let gamma = self.y.square();
        let beta = self.x * gamma;
        let product = (self.x - delta) * (self.x + delta);
        let alpha = product.double() + product;
        let beta4 = beta.double().double().carry();
        let x = (alpha.square() - beta4.double()).carry();
        let gamma2 = gamma.double();
        Self { x, y: alpha.mul_sub(beta4 - x, gamma2.double(), gamma2), z: self.y.double() * self.z }
    }

    /// `self + other`, whatever the two are.
    pub(super) fn plus(&self, other: &Affine<F>) -> Self {
        if self.z.is_zero() {
            return other.to_jacobian();
        }
        let zz = self.z.square();
        let h = other.x * zz - self.x;
        let r = other.y * self.z * zz - self.y;
        match (h.is_zero(), r.is_zero()) {
            (true, true) => self.double(),
            (true, false) => Self::INFINITY,
            _ => self.chord(h, r),
        }
    }
}

/// The inverse of the product of `factors`, or `None` where one is 0; `products`
/// gets the product of all up to each.
///
/// Montgomery's trick (Montgomery 1987, §10.3.1): one inversion, and with
/// [`Inverses`] three products for each factor.
fn invert_product<F: Field>(factors: impl Iterator<Item = F>, products: &mut [F]) -> Option<F> {
    let mut product = None;
    for (factor, slot) in factors.zip(products) {
        let next = match product {
            Some(product) => factor * product,
            None => factor.carry(),
        };
        *slot = next;
        product = Some(next);
    }
    product?.invert()
}

/// Goes back from the inverse of a whole product: for each factor from the last to
/// the first gives its own inverse.
struct Inverses<F> {
    /// Of the product of all factors that are left.
    inverse: F,
}

impl<F: Field> Inverses<F> {
    /// The inverse of the last factor that is left; `before` is the product of
    /// those before it.
    #[inline(always)]
    fn next(&mut self, factor: F, before: Option<&F>) -> F {
        let Some(before) = before else { return self.inverse };
        let inverse = self.inverse * *before;
        self.inverse = self.inverse * factor;
        inverse
    }
}

/// The affine form of `points`, into `affine`. `None` where one is at infinity.
#[inline(never)]
pub(super) fn to_affine<F: Field>(points: &[Jacobian<F>], products: &mut [F], affine: &mut [Affine<F>]) -> Option<()> {
    let mut inverses = Inverses { inverse: invert_product(points.iter().map(|point| point.z), products)? };
    for (at, (point, slot)) in points.iter().zip(affine).enumerate().rev() {
        let inverse = inverses.next(point.z, at.checked_sub(1).and_then(|at| products.get(at)));
        let square = inverse.square();
        *slot = Affine { x: point.x * square, y: point.y * square * inverse };
    }
    Some(())
}

/// Adds neighbours, `points[0] + points[1]` and so on, and gives how many points that
/// leaves at the front. `None` where two neighbours have the same `x`.
#[inline(never)]
pub(super) fn add_neighbours<F: Field>(points: &mut [Affine<F>], products: &mut [F]) -> Option<usize> {
    let (pairs, odd) = points.as_chunks::<2>();
    let (mut left, odd) = (pairs.len(), odd.first().copied());
    // From the last pair on, so that the inverses come from the first on, whose sums
    // take the places of points that were added before.
    let factors = pairs.iter().rev().map(|[a, b]| b.x - a.x);
    let mut inverses = Inverses { inverse: invert_product(factors, products)? };
    let mut before = products.iter().take(left).rev().skip(1);
    for at in 0..left {
        let [a, b] = points.as_chunks::<2>().0.get(at)?;
        let sum = a.chord(b, inverses.next(b.x - a.x, before.next()));
        *points.get_mut(at)? = sum;
    }
    if let Some(odd) = odd {
        *points.get_mut(left)? = odd;
        left += 1;
    }
    Some(left)
}

/// Continues the multiples of a point in each run of `run` points: where the first
/// `known` of them are `P, 2P, …`, as many more follow. `None` where a sum is at
/// infinity, which cannot be for fewer multiples than the curve has points.
#[inline(never)]
pub(super) fn extend_multiples<F: Field>(
    points: &mut [Affine<F>],
    run: usize,
    known: usize,
    products: &mut [F],
) -> Option<()> {
    // The last known multiple is added to each; to itself by the tangent.
    let factor =
        |last: &Affine<F>, addend: &Affine<F>, same: bool| if same { last.y.double() } else { addend.x - last.x };
    let factors = points.chunks_exact(run).flat_map(|multiples| {
        let known = multiples.get(..known).unwrap_or_default();
        let last = known.last();
        known.iter().enumerate().filter_map(move |(at, addend)| Some(factor(last?, addend, at + 1 == known.len())))
    });
    let mut inverses = Inverses { inverse: invert_product(factors, products)? };
    let mut before = products.iter().take(points.len() / run * known).rev().skip(1);
    for multiples in points.chunks_exact_mut(run).rev() {
        let (known, unknown) = multiples.split_at_mut_checked(known)?;
        let last = *known.last()?;
        for (at, (addend, sum)) in known.iter().zip(unknown).enumerate().rev() {
            let same = at + 1 == known.len();
            let inverse = inverses.next(factor(&last, addend, same), before.next());
            let Affine { x, y } = if same { last.tangent(inverse) } else { last.chord(addend, inverse) };
            *sum = Affine { x, y: y.carry() };
        }
    }
    Some(())
}
