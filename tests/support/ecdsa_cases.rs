//! Signatures that are at the edges of ECDSA's arithmetic, with the crates' verdicts,
//! held against the accelerators' with tables of every level.

use crate::chance::Chance;

/// What a run saw.
#[derive(Default)]
pub struct Seen {
    pub cases: usize,
    pub accepted: usize,
    pub verdicts: usize,
}

macro_rules! curve {
    ($module:ident $krate:ident $curve:ident $uint:ident $width:literal $levels:literal) => {
        pub mod $module {
            use super::{Chance, Seen};
            use ::$krate::ecdsa::signature::hazmat::PrehashVerifier;
            use ::$krate::ecdsa::{Signature, VerifyingKey};
            use ::$krate::elliptic_curve::bigint::$uint;
            use ::$krate::elliptic_curve::ff::PrimeField;
            use ::$krate::elliptic_curve::group::Group;
            use ::$krate::elliptic_curve::ops::Reduce;
            use ::$krate::elliptic_curve::point::{AffineCoordinates, DecompressPoint};
            use ::$krate::elliptic_curve::{Curve, subtle::Choice};
            use ::$krate::{$curve, AffinePoint, FieldBytes, ProjectivePoint, Scalar};
            use jotgate::accel::ecdsa::$module::{Key, Point, Table};
            use jotgate::accel::tables::Subject;

            pub const WIDTH: usize = $width;
            pub const LEVELS: usize = $levels;

            /// A key with all its tables, and the generator's.
            pub struct Prepared {
                pub key: Key,
                pub generator: Vec<Table>,
                pub public: Vec<Table>,
            }

            impl Prepared {
                pub fn new(x: &[u8], y: &[u8]) -> Option<Self> {
                    let key = Key::new(x, y)?;
                    let [generator, public] = key.subjects().map(|point| (0..LEVELS).map(|level| table(point, level)).collect());
                    Some(Self { key, generator, public })
                }

                /// The verdict with a level's table, from 1 on, or without one.
                pub fn verify(&self, generator: usize, public: usize, hash: &[u8], signature: &[u8]) -> bool {
                    let generator = generator.checked_sub(1).map(|level| &self.generator[level]);
                    let public = public.checked_sub(1).map(|level| &self.public[level]);
                    self.key.verify([generator, public], hash, signature)
                }
            }

            pub fn table(point: &Point, level: usize) -> Table {
                let mut build = point.begin(level);
                for _ in 0..100 {
                    if let Some(table) = Point::step(&mut build) {
                        return table;
                    }
                }
                panic!("a build that has no end")
            }

            struct Subjected {
                stock: VerifyingKey,
                point: ProjectivePoint,
                prepared: Prepared,
                /// The scalars to which a key was made, and the `r` that goes with them.
                made_for: Option<(Scalar, Scalar, $uint)>,
            }

            impl Subjected {
                fn new(point: ProjectivePoint) -> Self {
                    let affine = point.to_affine();
                    let stock = VerifyingKey::from_affine(affine).unwrap();
                    Self { stock, point, prepared: Prepared::new(&affine.x(), &affine.y()).unwrap(), made_for: None }
                }

                /// A key that gives a point at `x` for two scalars, where `x` is one's.
                fn made(x: $uint, r: $uint, u1: Scalar, u2: Scalar) -> Option<Self> {
                    let sum = AffinePoint::decompress(&FieldBytes::try_from(&octets(x)[..]).unwrap(), Choice::from(0)).into_option()?;
                    let point = (ProjectivePoint::from(sum) - ProjectivePoint::GENERATOR * u1) * u2.invert().unwrap();
                    Some(Self { made_for: Some((u1, u2, r)), ..Self::new(point) })
                }
            }

            fn order() -> $uint {
                *$curve::ORDER.as_ref()
            }

            /// `y` and `-y` add up to it; the crate does not name it.
            fn prime() -> $uint {
                let [y, minus] = [ProjectivePoint::GENERATOR, -ProjectivePoint::GENERATOR]
                    .map(|point| $uint::from_be_slice(&point.to_affine().y()));
                y.wrapping_add(&minus)
            }

            fn octets(value: $uint) -> Vec<u8> {
                AsRef::<[u8]>::as_ref(&value.to_be_bytes()).to_vec()
            }

            fn scalar(value: $uint) -> Scalar {
                Scalar::reduce(&value)
            }

            fn random(chance: &mut Chance) -> $uint {
                let mut octets = [0; $width];
                octets.iter_mut().for_each(|octet| *octet = chance.up_to(255) as u8);
                $uint::from_be_slice(&octets)
            }

            /// Where digits, limbs, words and the order begin and end.
            fn edge(chance: &mut Chance) -> $uint {
                let small = $uint::from_u32(chance.up_to(40) as u32);
                let power = $uint::ONE.shl_vartime(chance.up_to($width * 8 - 1) as u32);
                match chance.up_to(9) {
                    0 => small,
                    1 => order().wrapping_sub(&small),
                    2 => order().wrapping_add(&small),
                    3 => power,
                    4 => power.wrapping_sub(&$uint::ONE),
                    5 => power.wrapping_add(&small),
                    6 => $uint::ZERO.wrapping_sub(&small),
                    7 => {
                        // One digit over and over, at the turn of its sign or near.
                        let bits = [4, 5, 6, 8, 28, 29, 30, 32][chance.up_to(7)];
                        let digit = (1_u64 << (bits - 1)) + chance.up_to(2) as u64 - 1;
                        let mut value = $uint::ZERO;
                        for place in 0..($width * 8 / bits) {
                            value = value.wrapping_add(&$uint::from_u64(digit).shl_vartime((place * bits) as u32));
                        }
                        value
                    }
                    _ => random(chance),
                }
            }

            fn subjects(chance: &mut Chance) -> Vec<Subjected> {
                let of = |secret: Scalar| Subjected::new(ProjectivePoint::GENERATOR * secret);
                let mut all = vec![of(Scalar::ONE), of(-Scalar::ONE), of(Scalar::from(2_u64)), of(-Scalar::from(2_u64))];
                for bits in [4, 6, 8, 12, 24, 128] {
                    all.push(of(scalar($uint::ONE.shl_vartime(bits))));
                }
                all.extend((0..4).map(|_| of(scalar(random(chance)))));
                // The sum's x is n + r: the only keys for which x mod n is not x.
                let one = $uint::ONE;
                let wrapped = (1..).find_map(|r: u32| {
                    let r = $uint::from_u32(r);
                    Subjected::made(order().wrapping_add(&r), r, scalar(random(chance)), scalar(random(chance)))
                });
                all.extend(wrapped);
                // The sum's x is r + n - p: equal to neither r nor r + n, but for the prime.
                let beyond = (1..).find_map(|x: u32| {
                    let x = $uint::from_u32(x);
                    let r = x.wrapping_add(&prime().wrapping_sub(&order()));
                    Subjected::made(x, r, scalar(one), scalar(random(chance)))
                });
                all.extend(beyond);
                all
            }

            /// A hash and a signature that lead to `u1·G + u2·Q`, with the `r` that is right
            /// unless that is told.
            fn crafted(point: ProjectivePoint, u1: Scalar, u2: Scalar, r: Option<Scalar>, chance: &mut Chance) -> Case {
                let sum = ProjectivePoint::GENERATOR * u1 + point * u2;
                let right = (!bool::from(sum.is_identity())).then(|| Scalar::reduce(&sum.to_affine().x()));
                let s = match (r.or(right), Option::<Scalar>::from(u2.invert())) {
                    (Some(r), Some(inverse)) => r * inverse,
                    _ => scalar(random(chance)),
                };
                let (e, r) = (u1 * s, u2 * s);
                Case { hash: e.to_repr().to_vec(), signature: [r.to_repr(), s.to_repr()].concat() }
            }

            struct Case {
                hash: Vec<u8>,
                signature: Vec<u8>,
            }

            fn case(subject: &Subjected, chance: &mut Chance) -> Case {
                let mut case = match (chance.up_to(5), subject.made_for) {
                    (0..3, Some((u1, u2, r))) => crafted(subject.point, u1, u2, Some(scalar(r)), chance),
                    (0, _) => {
                        let (r, s) = (edge(chance), edge(chance));
                        let signature = [octets(r), octets(s)].concat();
                        Case { hash: octets(edge(chance)), signature }
                    }
                    (1, _) => crafted(subject.point, scalar(random(chance)), scalar(random(chance)), None, chance),
                    // Equal, opposite and small scalars: sums that meet themselves for keys near the generator.
                    (2, _) => {
                        let u1 = scalar(edge(chance));
                        let u2 = if chance.up_to(1) == 0 { u1 } else { -u1 };
                        crafted(subject.point, u1, u2, None, chance)
                    }
                    _ => crafted(subject.point, scalar(edge(chance)), scalar(edge(chance)), None, chance),
                };
                let (r, s) = case.signature.split_at(WIDTH);
                let (r, s) = ($uint::from_be_slice(r), $uint::from_be_slice(s));
                let changed = match chance.up_to(12) {
                    0 => Some((r, order().wrapping_sub(&s))),
                    1 => Some((r.wrapping_add(&order()), s)),
                    2 => Some((r, s.wrapping_add(&order()))),
                    3 => Some((order().wrapping_sub(&r), s)),
                    4 => Some((edge(chance), s)),
                    5 => Some((r, edge(chance))),
                    6 => Some((r.wrapping_add(&$uint::ONE), s)),
                    _ => None,
                };
                if let Some((r, s)) = changed {
                    case.signature = [octets(r), octets(s)].concat();
                }
                if chance.up_to(9) == 0 {
                    let at = chance.up_to(WIDTH - 1);
                    case.hash[at] ^= 1 << chance.up_to(7);
                }
                if chance.up_to(40) == 0 {
                    case.signature.truncate(chance.up_to(2 * WIDTH));
                }
                case
            }

            /// Stops with the first case on which the two disagree.
            pub fn run(cases: usize, seed: &str) -> Seen {
                let mut chance = Chance::of(seed);
                let subjects = subjects(&mut chance);
                let mut seen = Seen::default();
                for number in 0..cases {
                    let subject = &subjects[number % subjects.len()];
                    let Case { hash, signature } = case(subject, &mut chance);
                    let expected = Signature::from_slice(&signature)
                        .is_ok_and(|signature| subject.stock.verify_prehash(&hash, &signature).is_ok());
                    // All tables by turns, and two together.
                    let first = number / subjects.len() % ((LEVELS + 1) * (LEVELS + 1));
                    for which in [first, chance.up_to((LEVELS + 1) * (LEVELS + 1) - 1)] {
                        let (generator, public) = (which / (LEVELS + 1), which % (LEVELS + 1));
                        let actual = subject.prepared.verify(generator, public, &hash, &signature);
                        assert_eq!(
                            actual,
                            expected,
                            "case {number} of {seed}, tables {generator} and {public}: hash {hash:02x?}, signature {signature:02x?}"
                        );
                        seen.verdicts += 1;
                    }
                    seen.cases += 1;
                    seen.accepted += usize::from(expected);
                }
                seen
            }
        }
    };
}

curve!(p256 p256 NistP256 U256 32 5);
curve!(p384 p384 NistP384 U384 48 4);
