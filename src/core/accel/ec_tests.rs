//! The arithmetic under ECDSA against plain integers, at the bounds above all.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use super::field::{Field, P256Element, P384Element};
use super::{curve, integer, modinv, p256_limbs, p384_limbs};
use alloc::{vec, vec::Vec};
use crypto_bigint::{NonZero, U256, U384};

/// SplitMix64, the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn up_to(&mut self, limit: u64) -> u64 {
        self.next() % (limit + 1)
    }

    /// Of either sign, at the bound every other time.
    fn limb(&mut self, bound: i64) -> i64 {
        match self.up_to(7) {
            0 | 1 => bound,
            2 | 3 => -bound,
            4 => 0,
            _ => self.up_to(2 * bound.unsigned_abs()) as i64 - bound,
        }
    }
}

macro_rules! prime_field {
    ($module:ident $limbs:ident $element:ident $uint:ident $words:literal $products:literal) => {
        mod $module {
            use super::*;

            const N: usize = $limbs::LIMBS;
            const UNIT: i64 = 1 << ($limbs::BITS - 1);
            /// In units of the top limb, a value of 240/16 of 2^256 or 2^384: the sum of two products of
            /// these is bounded by 255/16.
            const TOP: i64 = 240 << (32 * $words - ($limbs::LIMBS - 1) * $limbs::BITS - 4);

            fn modulus() -> NonZero<$uint> {
                NonZero::new(uint(&$element::PRIME)).unwrap()
            }

            fn uint(words: &[u32; $words]) -> $uint {
                let octets: Vec<u8> = words.iter().rev().flat_map(|word| word.to_be_bytes()).collect();
                $uint::from_be_slice(&octets)
            }

            fn value(limbs: &[i32; N]) -> $uint {
                let p = modulus();
                let base = $uint::from_u64(1 << $limbs::BITS);
                limbs.iter().rev().fold($uint::ZERO, |sum, limb| {
                    let sum = sum.mul_mod(&base, &p);
                    let size = $uint::from_u64(u64::from(limb.unsigned_abs()));
                    if *limb < 0 { sum.sub_mod(&size, &p) } else { sum.add_mod(&size, &p) }
                })
            }

            fn r() -> $uint {
                (0..N).fold($uint::ONE, |r, _| r.mul_mod(&$uint::from_u64(1 << $limbs::BITS), &modulus()))
            }

            fn limbs(chance: &mut Chance, bound: i64) -> [i32; N] {
                let mut limbs = [0; N];
                for limb in &mut limbs {
                    *limb = chance.limb(bound * UNIT) as i32;
                }
                limbs[N - 1] = chance.limb((bound * UNIT).min(TOP)) as i32;
                limbs
            }

            fn assert_balanced(limbs: &[i32; N]) {
                assert!(limbs.iter().all(|limb| i64::from(*limb).abs() <= UNIT), "{limbs:x?}");
            }

            /// Every split of the bound on a column's products, at it in all limbs or some.
            #[test]
            fn products_at_the_bounds() {
                let (p, r, mut chance) = (modulus(), r(), Chance(1));
                let most = i64::from(i32::MAX) / UNIT;
                for a_bound in 1..=most {
                    for b_bound in 1..=(most.min($products / a_bound)) {
                        for _ in 0..40 {
                            let (a, b) = (limbs(&mut chance, a_bound), limbs(&mut chance, b_bound));
                            let product = $limbs::mul(&a, &b);
                            assert_balanced(&product);
                            assert_eq!(value(&product).mul_mod(&r, &p), value(&a).mul_mod(&value(&b), &p));
                            let rest = $products - a_bound * b_bound;
                            let d_bound = rest.min(most);
                            if d_bound > 0 {
                                let (c, d) = (limbs(&mut chance, rest / d_bound), limbs(&mut chance, d_bound));
                                let difference = $limbs::mul_sub(&a, &b, &c, &d);
                                assert_balanced(&difference);
                                let ab = value(&a).mul_mod(&value(&b), &p);
                                let cd = value(&c).mul_mod(&value(&d), &p);
                                assert_eq!(value(&difference).mul_mod(&r, &p), ab.sub_mod(&cd, &p));
                            }
                        }
                    }
                    if a_bound * a_bound <= $products {
                        for _ in 0..40 {
                            let a = limbs(&mut chance, a_bound);
                            assert_eq!($limbs::square(&a), $limbs::mul(&a, &a));
                        }
                    }
                }
            }

            #[test]
            fn carrying_at_the_bounds() {
                let mut chance = Chance(2);
                let most = i64::from(i32::MAX) / UNIT - 1;
                for bound in 1..=most {
                    for _ in 0..200 {
                        let a = limbs(&mut chance, bound);
                        let carried = $limbs::carry(&a);
                        assert_balanced(&carried);
                        assert!(i64::from(carried[N - 1]).abs() <= TOP * 9 / 240, "{carried:x?}");
                        assert_eq!(value(&carried), value(&a));
                    }
                }
            }

            fn edges() -> Vec<[u32; $words]> {
                let (p, one) = ($element::PRIME, integer::power_of_two::<$words>(0, &$element::PRIME));
                let mut edges =
                    vec![[0; $words], one, integer::sub(&p, &one).0, p, integer::add(&p, &one).0, [u32::MAX; $words]];
                edges.extend((0..32 * $words).map(|bit| {
                    let mut words = [0; $words];
                    words[bit / 32] = 1 << (bit % 32);
                    words
                }));
                let mut chance = Chance(3);
                edges.extend((0..200).map(|_| [(); $words].map(|()| chance.next() as u32)));
                edges
            }

            #[test]
            fn words_go_in_and_come_out_reduced() {
                let p = modulus();
                for words in edges() {
                    let element = $element::from_words(&words);
                    let reduced = uint(&words).rem(&p);
                    assert_eq!(uint(&element.to_words()), reduced);
                    assert_eq!(element.is_zero(), reduced == $uint::ZERO);
                    let square = element * element;
                    assert_eq!(uint(&square.to_words()), reduced.mul_mod(&reduced, &p));
                    assert_eq!(uint(&(-element).to_words()), $uint::ZERO.sub_mod(&reduced, &p));
                    assert_eq!(
                        uint(&(element - square).carry().to_words()),
                        reduced.sub_mod(&reduced.mul_mod(&reduced, &p), &p)
                    );
                    match element.invert() {
                        Some(inverse) => assert_eq!((inverse * element).to_words(), $element::ONE.to_words()),
                        None => assert_eq!(reduced, $uint::ZERO),
                    }
                }
                assert_eq!(uint(&$element::ONE.to_words()), $uint::ONE);
                assert!($element::ZERO.is_zero());
            }

            #[test]
            fn inverses_modulo_the_prime() {
                const MODULUS: modinv::Modulus<{ (32 * $words + 2_usize).div_ceil(30) }> =
                    modinv::Modulus::new(&$element::PRIME);
                let p = modulus();
                for words in edges().into_iter().filter(|words| integer::is_less(words, &$element::PRIME)) {
                    let inverse = MODULUS.invert(&words);
                    assert!(integer::is_less(&inverse, &$element::PRIME));
                    let product = uint(&inverse).mul_mod(&uint(&words), &p);
                    assert_eq!(product, if uint(&words) == $uint::ZERO { $uint::ZERO } else { $uint::ONE });
                }
            }
        }
    };
}

prime_field!(p256_field p256_limbs P256Element U256 8 14);
prime_field!(p384_field p384_limbs P384Element U384 12 36);

macro_rules! order {
    ($test:ident $curve:ident $uint:ident $words:literal $order:literal) => {
        #[test]
        fn $test() {
            use curve::Curve;
            let n = NonZero::new($uint::from_be_hex($order)).unwrap();
            let words = |value: &$uint| {
                let octets: Vec<u8> = AsRef::<[u8]>::as_ref(&value.to_be_bytes()).to_vec();
                integer::from_be_bytes::<$words>(&octets).unwrap()
            };
            let uint = |words: &[u32; $words]| {
                let octets: Vec<u8> = words.iter().rev().flat_map(|word| word.to_be_bytes()).collect();
                $uint::from_be_slice(&octets)
            };
            let mut chance = Chance(4);
            let mut edges: Vec<$uint> = (0..32 * $words).map(|bit| $uint::ONE.shl_vartime(bit)).collect();
            edges.extend((0..3).map(|less| n.get().wrapping_sub(&$uint::from_u8(less))));
            edges.extend([$uint::ZERO, $uint::MAX, n.get().wrapping_add(&$uint::ONE)]);
            edges.extend((0..200).map(|_| uint(&[(); $words].map(|()| chance.next() as u32))));
            let in_range = |value: &$uint| *value != $uint::ZERO && *value < n.get();
            let (mut quotients, count) = (0, edges.len());
            for (at, s) in edges.iter().enumerate() {
                let (e, r) = (&edges[(at * 7 + 3) % count], &edges[(at * 5 + 1) % count]);
                match curve::$curve::scalars(&words(e), &words(r), &words(s)) {
                    Some((u1, u2)) => {
                        assert!(in_range(s) && in_range(r));
                        assert!(uint(&u1) < n.get() && uint(&u2) < n.get());
                        assert_eq!(uint(&u1).mul_mod(s, &n), e.rem(&n));
                        assert_eq!(uint(&u2).mul_mod(s, &n), *r);
                        quotients += 1;
                    }
                    None => assert!(!in_range(s) || !in_range(r)),
                }
                let next = curve::$curve::other_coordinate(&words(s));
                let sum = s.wrapping_add(&n.get());
                let wraps = sum < *s || !curve::$curve::is_coordinate(&words(&sum));
                assert_eq!(next.map(|next| uint(&next)), (!wraps).then_some(sum));
            }
            assert!(quotients > count / 2);
        }
    };
}

order!(p256_order P256 U256 8 "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
order!(p384_order P384 U384 12
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973");
