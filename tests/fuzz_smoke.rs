//! The fuzz targets of `fuzz/` for a fixed number of executions that are the
//! same each time: no engine, no nightly compiler. `docs/fuzzing.md` tells how
//! to run them for long.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "support/attacks.rs"]
mod attacks;
#[path = "support/chance.rs"]
mod chance;
#[path = "support/seeds.rs"]
mod seeds;
#[path = "../fuzz/src/lib.rs"]
mod targets;

use chance::Chance;
use jotgate::token::base64url;
use seeds::{Corpus, Seeds};
use std::path::Path;
use std::sync::LazyLock;

static CORPUS: LazyLock<Corpus> = LazyLock::new(seeds::corpus);

/// What a grammar gives meaning to.
const WORDS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"\\u0061",
    b"\\ud83d\\ude00",
    b"\\ud800",
    b"null",
    b"true",
    b"false",
    b"0",
    b"-1",
    b"1e400",
    b"1767225601",
    b"9007199254740993",
    b"0.1",
    b".",
    b"..",
    b"=",
    b"\n",
    b"\r\n",
    b" ",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"alg",
    b"none",
    b"ES256",
    b"EdDSA",
    b"HS256",
    b"crit",
    b"b64",
    b"kid",
    b"exp",
    b"nbf",
    b"aud",
    b"iss",
    b"\"exp\":1,",
    b"\"alg\":\"none\",",
    b"kty",
    b"crv",
    b"use",
    b"key_ops",
    b"verify",
    b"keys",
    b"AQAB",
    b"-----BEGIN ",
    b"-----END ",
    b"PUBLIC KEY-----",
    b"MIIB",
    b"MCow",
];

/// Up to four changes to a seed, each of a kind that breaks a reader in its own way.
fn mutated(seed: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.up_to(3) {
        let at = chance.up_to(bytes.len());
        let end = (at + chance.up_to(16)).min(bytes.len());
        match chance.up_to(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.up_to(7),
            1 if at < bytes.len() => bytes[at] = chance.up_to(255) as u8,
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            5 => {
                let from = chance.up_to(other.len());
                bytes.splice(at..end, other[from..].iter().take(64).copied());
            }
            _ => drop(bytes.splice(at..end, chance.one_of(WORDS).iter().copied())),
        }
    }
    bytes
}

/// A change behind the encoding, where a change of the text would hardly get to.
fn mutated_inside(token: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut segments: Vec<Vec<u8>> = token.split(|byte| *byte == b'.').map(<[u8]>::to_vec).collect();
    let which = chance.up_to(segments.len() - 1);
    if let Ok(decoded) = base64url::decode(&segments[which]) {
        segments[which] = base64url::encode(&mutated(&decoded, other, chance)).into_bytes();
    }
    segments.join(&b'.')
}

type Mutator = fn(&[u8], &[u8], &mut Chance) -> Vec<u8>;

fn drive(name: &str, target: fn(&[u8]), seeds: &Seeds, mutators: &[Mutator], executions: usize) {
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    seeds.iter().for_each(|seed| target(seed));
    let mut chance = Chance::of(name);
    for execution in 0..executions {
        let (seed, other) = (chance.one_of(&seeds), chance.one_of(&seeds));
        let input = mutators[execution % mutators.len()](seed, other, &mut chance);
        if std::panic::catch_unwind(|| target(&input)).is_err() {
            panic!("{name}, execution {execution}: {}", input.escape_ascii());
        }
    }
    println!("{name}: {} seeds, {executions} executions", seeds.len());
}

#[test]
fn token() {
    drive("token", targets::token, &CORPUS.token, &[mutated, mutated_inside, mutated_inside], 15_000);
}

#[test]
fn header() {
    drive("header", targets::header, &CORPUS.header, &[mutated], 30_000);
}

#[test]
fn claims() {
    drive("claims", targets::claims, &CORPUS.claims, &[mutated], 30_000);
}

#[test]
fn jwk() {
    drive("jwk", targets::jwk, &CORPUS.jwk, &[mutated], 15_000);
}

#[test]
fn jwks() {
    drive("jwks", targets::jwks, &CORPUS.jwks, &[mutated], 5_000);
}

#[test]
fn pem() {
    drive("pem", targets::pem, &CORPUS.pem, &[mutated], 15_000);
}

/// Keys with tables by turns, and integers with long runs of equal bits.
#[cfg(feature = "accel")]
fn scalars(width: usize) -> Seeds {
    let mut chance = Chance::of("scalars");
    (0..64)
        .map(|which| {
            let mut seed = vec![which * 4, which];
            while seed.len() < 2 + 3 * width {
                let octet = [0, 0xff, 0x7f, 0x80, 1, chance.up_to(255) as u8][chance.up_to(5)];
                seed.extend(std::iter::repeat_n(octet, 1 + chance.up_to(width)));
            }
            seed
        })
        .collect()
}

#[cfg(feature = "accel")]
#[test]
fn accel_p256() {
    drive("accel_p256", targets::accel_ec::p256, &scalars(32), &[mutated], 2_000);
}

#[cfg(feature = "accel")]
#[test]
fn accel_p384() {
    drive("accel_p384", targets::accel_ec::p384, &scalars(48), &[mutated], 500);
}

/// Octets for moduli, exponents, keys, messages and signatures of all kinds.
#[cfg(feature = "accel")]
fn octets(length: usize) -> Seeds {
    let mut chance = Chance::of("octets");
    (0..16).map(|_| (0..length).map(|_| chance.up_to(255) as u8).collect()).collect()
}

#[cfg(feature = "accel")]
#[test]
fn accel_rsa() {
    drive("accel_rsa", targets::accel_rsa_ed::rsa, &octets(600), &[mutated], 200);
}

#[cfg(feature = "accel")]
#[test]
fn accel_ed25519() {
    drive("accel_ed25519", targets::accel_rsa_ed::ed25519, &octets(200), &[mutated], 500);
}

/// For a long run, which reads them from there.
#[test]
fn the_seeds_are_written_down() {
    let all = [
        ("token", &CORPUS.token),
        ("header", &CORPUS.header),
        ("claims", &CORPUS.claims),
        ("jwk", &CORPUS.jwk),
        ("jwks", &CORPUS.jwks),
        ("pem", &CORPUS.pem),
    ];
    for (target, seeds) in all {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seeds").join(target);
        std::fs::create_dir_all(&folder).unwrap();
        for (at, seed) in seeds.iter().enumerate() {
            std::fs::write(folder.join(format!("{at:03}")), seed).unwrap();
        }
        assert!(!seeds.is_empty(), "{target}");
    }
}
