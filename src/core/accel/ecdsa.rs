//! ECDSA (FIPS 186-5 §6.4.2, SEC 1 §4.1.4) over what was computed of a key before.
//!
//! With `u₁ = e/s` and `u₂ = r/s mod n`, a signature is good if the point
//! `u₁·G + u₂·Q` is not at infinity and its `x` is `r` modulo `n`. Each of the two
//! products comes from a table ([`comb`](super::comb)) where its point has one, else
//! from a chain of doublings ([`wnaf`](super::wnaf)). `x` is compared in projective
//! form: with `r·z²`, and with `(r + n)·z²` where `r + n` is less than the prime.

use super::{
    comb::{Build, Comb, Terms},
    curve::Curve,
    field::Field,
    integer,
    point::{Affine, Jacobian},
    tables::{Level, Subject},
    trust::Supervisor,
    wnaf,
};
use alloc::vec::Vec;

pub use super::curve::{P256, P384};

/// A point with its name among the tables.
pub struct Base<C: Curve> {
    point: Affine<C::Field>,
    id: Vec<u8>,
}

impl<C: Curve> Base<C> {
    fn new(x: &C::Words, y: &C::Words) -> Self {
        let octets = [x, y].into_iter().flat_map(|words| words.as_ref()).flat_map(|word| word.to_le_bytes());
        let id = core::iter::once(C::FAMILY as u8).chain(octets).collect();
        Self { point: Affine { x: C::Field::from_words(x), y: C::Field::from_words(y) }, id }
    }

    fn is_on_curve(&self) -> bool {
        let Affine { x, y } = self.point;
        let three = (C::Field::ONE.double() + C::Field::ONE).carry();
        let right = (x.square() - three) * x + C::Field::from_words(&C::B);
        (y.square() - right).is_zero()
    }
}

impl<C: Curve> Subject for Base<C> {
    type Table = Comb<C::Field>;
    type Build = Build<C::Field>;

    fn id(&self) -> &[u8] {
        &self.id
    }

    fn levels(&self) -> &'static [Level] {
        C::LEVELS
    }

    fn begin(&self, level: usize) -> Build<C::Field> {
        let width = C::WIDTHS.get(level).or(C::WIDTHS.first()).copied().unwrap_or(4);
        Build::new(self.point, C::BITS, width)
    }

    fn step(build: &mut Build<C::Field>) -> Option<Comb<C::Field>> {
        build.step()
    }
}

/// A public key.
pub struct Key<C: Curve> {
    generator: Base<C>,
    public: Base<C>,
}

/// The tables of the generator and of a key, as far as they are there.
pub type Combs<'a, C> = [Option<&'a Comb<<C as Curve>::Field>>; 2];

impl<C: Curve> Key<C> {
    /// Takes the affine coordinates, big-endian and of the field's full width;
    /// `None` if they are not of a point on the curve.
    #[must_use]
    pub fn new(x: &[u8], y: &[u8]) -> Option<Self> {
        let (x, y) = (C::integer(x)?, C::integer(y)?);
        if !C::is_coordinate(&x) || !C::is_coordinate(&y) {
            return None;
        }
        let (generator_x, generator_y) = C::GENERATOR;
        let key = Self { generator: Base::new(&generator_x, &generator_y), public: Base::new(&x, &y) };
        key.public.is_on_curve().then_some(key)
    }

    /// The points that may have tables, in the order in which [`Key::verify`] takes them.
    #[must_use]
    pub fn subjects(&self) -> [&Base<C>; 2] {
        [&self.generator, &self.public]
    }

    /// Whether `signature`, `r ‖ s` of full width, is the key's over a message with
    /// this hash, which is as wide as the order.
    #[must_use]
    pub fn verify(&self, combs: Combs<'_, C>, hash: &[u8], signature: &[u8]) -> bool {
        let Some((r, s)) = signature.split_at_checked(C::BITS / 8) else { return false };
        let (Some(e), Some(r), Some(s)) = (C::integer(hash), C::integer(r), C::integer(s)) else { return false };
        let Some((u1, u2)) = C::scalars(&e, &r, &s) else { return false };
        let mut sum = self.sum(combs, &u1, &u2);
        if sum.z.is_zero() {
            sum = self.complete_sum(&u1, &u2);
        }
        !sum.z.is_zero() && has_x(&sum, &r, C::other_coordinate(&r).as_ref())
    }

    /// [`Key::verify`] under supervision: `stock` is the crate's verdict.
    pub fn verdict(
        &self,
        supervisor: &Supervisor,
        hash: &[u8],
        signature: &[u8],
        stock: impl FnOnce() -> bool,
    ) -> bool {
        supervisor.verdict(C::FAMILY, self.subjects(), |combs| self.verify(combs, hash, signature), stock)
    }

    /// `u1·G + u2·Q`; `z = 0` where that is infinity or the way led through an exception.
    fn sum(&self, combs: Combs<'_, C>, u1: &C::Words, u2: &C::Words) -> Jacobian<C::Field> {
        let mut terms = Terms::new();
        let chain = |base: &Base<C>, comb: Option<_>, scalar: &[u32]| match comb {
            Some(_) => None,
            None => wnaf::Term::new(&base.point, scalar),
        };
        let [g, q] = combs;
        for (comb, scalar) in [(g, u1), (q, u2)] {
            if let Some(comb) = comb {
                terms.take(comb, scalar.as_ref());
            }
        }
        let chains = [chain(&self.generator, g, u1.as_ref()), chain(&self.public, q, u2.as_ref())];
        terms.add_to(wnaf::sum(&chains, C::BITS))
    }

    /// The same by the binary method with complete additions: slow, and met by none
    /// but crafted signatures.
    fn complete_sum(&self, u1: &C::Words, u2: &C::Words) -> Jacobian<C::Field> {
        let mut sum = Jacobian::INFINITY;
        for at in (0..C::BITS).rev() {
            sum = sum.double();
            for (base, scalar) in [(&self.generator, u1), (&self.public, u2)] {
                if integer::window(scalar.as_ref(), at, 1) == 1 {
                    sum = sum.plus(&base.point);
                }
            }
        }
        sum
    }
}

/// Whether the point's affine `x` is one of the two.
fn has_x<F: Field>(point: &Jacobian<F>, x: &F::Words, other: Option<&F::Words>) -> bool {
    let zz = point.z.square();
    let is = |x: &F::Words| (F::from_words(x) * zz - point.x).is_zero();
    is(x) || other.is_some_and(is)
}
