//! ECDSA (FIPS 186-5 §6.4.2, SEC 1 §4.1.4) over what was computed of a key before.
//!
//! With `u₁ = e/s` and `u₂ = r/s mod n`, a signature is good if the point
//! `u₁·G + u₂·Q` is not at infinity and its `x` is `r` modulo `n`. Each of the two
//! products comes from a large table ([`comb`]) where its point has one, else from a chain
//! of doublings ([`super::wnaf`]), which the smallest tables shorten. `x` is compared in projective
//! form: with `r·z²`, and with `(r + n)·z²` where `r + n` is less than the prime.

use super::{
    comb::{self, Comb, Terms},
    curve::{Curve, PARTS},
    field::Field,
    integer,
    point::{Affine, Jacobian},
    wnaf::{Chain, Multiples},
};
use alloc::vec::Vec;

macro_rules! family {
    ($module:ident $doc:literal $curve:ident) => {
        // Nothing in it is generic, so that all is compiled here, for speed, whoever calls.
        #[doc = $doc]
        pub mod $module {
            use super::super::{
                curve::{Curve, $curve},
                tables::{Level, Subject},
                trust::Supervisor,
            };

            type Field = <$curve as Curve>::Field;

            /// A point's multiples.
            pub struct Table(super::Table<Field>);

            /// A table in the making.
            pub struct Build(super::Build<$curve>);

            /// A point that may have a table.
            pub struct Point(super::Point<$curve>);

            impl Subject for Point {
                type Table = Table;
                type Build = Build;

                fn id(&self) -> &[u8] {
                    &self.0.id
                }

                fn levels(&self) -> &'static [Level] {
                    $curve::LEVELS
                }

                fn begin(&self, level: usize) -> Build {
                    Build(self.0.begin(level))
                }

                fn step(build: &mut Build) -> Option<Table> {
                    build.0.step().map(Table)
                }
            }

            /// A public key.
            pub struct Key {
                generator: Point,
                public: Point,
            }

            impl Key {
                /// Takes the affine coordinates, big-endian and of the field's full width;
                /// `None` if they are not of a point on the curve.
                #[must_use]
                pub fn new(x: &[u8], y: &[u8]) -> Option<Self> {
                    let generator = Point(super::Point::generator());
                    Some(Self { generator, public: Point(super::Point::from_octets(x, y)?) })
                }

                /// As [`Key::new`], for coordinates that the crate has found to be of a point:
                /// the supervisor hears of it if they are refused.
                #[must_use]
                pub fn supervised(x: &[u8], y: &[u8], supervisor: &Supervisor) -> Option<Self> {
                    let key = Self::new(x, y);
                    if key.is_none() {
                        supervisor.note_refusal($curve::FAMILY);
                    }
                    key
                }

                /// The points that may have tables, in the order in which [`Key::verify`] takes these.
                #[must_use]
                pub fn subjects(&self) -> [&Point; 2] {
                    [&self.generator, &self.public]
                }

                /// Whether `signature`, `r ‖ s` of full width, is the key's over a message with
                /// this hash, which is as wide as the order.
                #[must_use]
                pub fn verify(&self, tables: [Option<&Table>; 2], hash: &[u8], signature: &[u8]) -> bool {
                    let points = [&self.generator.0, &self.public.0];
                    super::verify(points, tables.map(|table| table.map(|table| &table.0)), hash, signature)
                }

                /// [`Key::verify`] with the tables that the supervisor keeps, or the verdict of
                /// `stock`, the crate's, where it asks for that.
                #[must_use]
                pub fn verdict(
                    &self,
                    supervisor: &Supervisor,
                    hash: &[u8],
                    signature: &[u8],
                    stock: &dyn Fn() -> bool,
                ) -> bool {
                    supervisor.verdict(
                        $curve::FAMILY,
                        self.subjects(),
                        |tables| self.verify(tables, hash, signature),
                        stock,
                    )
                }
            }

            impl ::core::fmt::Debug for Key {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct("Key").finish_non_exhaustive()
                }
            }
        }
    };
}

family!(p256 "ES256: P-256 with SHA-256." P256);
family!(p384 "ES384: P-384 with SHA-384." P384);

/// A point with its name among the tables.
struct Point<C: Curve> {
    point: Affine<C::Field>,
    id: Vec<u8>,
}

impl<C: Curve> Point<C> {
    fn generator() -> Self {
        let (x, y) = C::GENERATOR;
        Self::new(&x, &y)
    }

    fn from_octets(x: &[u8], y: &[u8]) -> Option<Self> {
        let (x, y) = (C::integer(x)?, C::integer(y)?);
        let are_coordinates = C::is_coordinate(&x) && C::is_coordinate(&y);
        let is_on_curve = |point: &Self| point.point.off_curve(Self::b()).is_zero();
        are_coordinates.then(|| Self::new(&x, &y)).filter(is_on_curve)
    }

    #[inline(never)]
    fn new(x: &C::Words, y: &C::Words) -> Self {
        let octets = [x, y].into_iter().flat_map(|words| words.as_ref()).flat_map(|word| word.to_le_bytes());
        let id = core::iter::once(C::FAMILY as u8).chain(octets).collect();
        Self { point: Affine { x: C::Field::from_words(x), y: C::Field::from_words(y) }, id }
    }

    fn b() -> C::Field {
        C::Field::from_words(&C::B)
    }

    fn begin(&self, level: usize) -> Build<C> {
        let width = level.checked_sub(1).and_then(|level| C::WIDTHS.get(level));
        width.map_or(Build::Parts(self.point), |width| {
            Build::Comb(comb::Build::new(self.point, Self::b(), C::BITS, *width))
        })
    }
}

/// What is computed of a point.
enum Table<F> {
    /// The first level.
    Parts(Multiples<F>),
    /// All others.
    Comb(Comb<F>),
}

/// A table in the making.
enum Build<C: Curve> {
    /// All in one step.
    Parts(Affine<C::Field>),
    Comb(comb::Build<C::Field>),
}

impl<C: Curve> Build<C> {
    #[inline(never)]
    fn step(&mut self) -> Option<Table<C::Field>> {
        match self {
            Self::Comb(build) => build.step().map(Table::Comb),
            Self::Parts(point) => {
                let multiples = Multiples::new(point, C::BITS, PARTS)?;
                multiples.are_on_curve(Point::<C>::b()).then_some(Table::Parts(multiples))
            }
        }
    }
}

/// Of the generator and of the key, as far as they are there.
type Pair<'a, C> = [Option<&'a Table<<C as Curve>::Field>>; 2];

#[inline(never)]
fn verify<C: Curve>(points: [&Point<C>; 2], tables: Pair<'_, C>, hash: &[u8], signature: &[u8]) -> bool {
    let Some((r, s)) = signature.split_at_checked(C::BITS / 8) else { return false };
    let (Some(e), Some(r), Some(s)) = (C::integer(hash), C::integer(r), C::integer(s)) else { return false };
    let Some((u1, u2)) = C::scalars(&e, &r, &s) else { return false };
    let mut point = sum(points, tables, [u1.as_ref(), u2.as_ref()]);
    if point.z.is_zero() {
        point = complete_sum(points, &u1, &u2);
    }
    !point.z.is_zero() && has_x(&point, &r, C::other_coordinate(&r).as_ref())
}

/// `u1·G + u2·Q`; `z = 0` where that is infinity or the way led through an exception.
#[inline(never)]
fn sum<C: Curve>(points: [&Point<C>; 2], tables: Pair<'_, C>, scalars: [&[u32]; 2]) -> Jacobian<C::Field> {
    let (mut terms, mut chain) = (Terms::new(), Chain::new());
    for ((point, table), scalar) in points.into_iter().zip(tables).zip(scalars) {
        match table {
            Some(Table::Comb(comb)) => terms.take(comb, scalar),
            Some(Table::Parts(multiples)) => chain.take(multiples, scalar),
            None => {
                let Some(multiples) = Multiples::new(&point.point, C::BITS, 1) else { return Jacobian::INFINITY };
                chain.take(&multiples, scalar);
            }
        }
    }
    terms.add_to(chain.sum())
}

/// The same by the binary method with complete additions: slow, and met by none but
/// crafted signatures.
#[inline(never)]
fn complete_sum<C: Curve>([g, q]: [&Point<C>; 2], u1: &C::Words, u2: &C::Words) -> Jacobian<C::Field> {
    let mut sum = Jacobian::INFINITY;
    for at in (0..C::BITS).rev() {
        sum = sum.double();
        for (base, scalar) in [(g, u1), (q, u2)] {
            if integer::window(scalar.as_ref(), at, 1) == 1 {
                sum = sum.plus(&base.point);
            }
        }
    }
    sum
}

/// Whether the point's affine `x` is one of the two.
fn has_x<F: Field>(point: &Jacobian<F>, x: &F::Words, other: Option<&F::Words>) -> bool {
    let zz = point.z.square();
    let is = |x: &F::Words| (F::from_words(x) * zz - point.x).is_zero();
    is(x) || other.is_some_and(is)
}
