//! The accelerators for ECDSA against the crates and Wycheproof, with tables of every level.

#![cfg(all(feature = "accel", not(target_arch = "wasm32")))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use jotgate::accel::ecdsa::p256::{Key, Point};
use jotgate::accel::tables::Subject;
use p256::ecdsa::signature::hazmat::PrehashSigner;

#[test]
fn first() {
    let signing = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let point = signing.verifying_key().to_sec1_point(false);
    let key = Key::new(point.x().unwrap(), point.y().unwrap()).unwrap();
    let mut combs = Vec::new();
    for subject in key.subjects() {
        for level in 0..3 {
            let mut build = subject.begin(level);
            let mut steps = 1;
            let started = std::time::Instant::now();
            let comb = loop {
                if let Some(comb) = Point::step(&mut build) {
                    break comb;
                }
                steps += 1;
            };
            println!("{level} {steps} {:?}", started.elapsed());
            combs.push(comb);
        }
    }
    for i in 0..20_u8 {
        let hash = [i; 32];
        let signature: p256::ecdsa::Signature = signing.sign_prehash(&hash).unwrap();
        let signature = signature.to_bytes();
        assert!(key.verify([None, None], &hash, &signature));
        for g in [None, Some(&combs[0]), Some(&combs[1]), Some(&combs[2])] {
            for q in [None, Some(&combs[3]), Some(&combs[4]), Some(&combs[5])] {
                assert!(key.verify([g, q], &hash, &signature));
                assert!(!key.verify([g, q], &[i + 1; 32], &signature));
            }
        }
    }
}
