//! One task of the core over and over, for a tool that counts instructions:
//! `instructions TASK TIMES`. `scripts/instructions.mjs` runs it.

#![allow(clippy::panic, missing_docs)]

use jotgate::accel::trust::Supervisor;
use jotgate::token::{claims, compact::Compact};
use jotgate::{Alg, CachingVerifier, Issuer, KeySet, Policy, Verifier};
use std::hint::black_box;

const NOW: f64 = 1_767_225_600.0;

/// Enough for the largest tables, and for what is remembered of headers.
const WARM_UP: usize = 2_000;

struct Vector {
    alg: String,
    key: serde_json::Value,
    token: String,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [task, times] = arguments.as_slice() else { panic!("instructions TASK TIMES") };
    let times: usize = times.parse().unwrap_or_else(|_| panic!("{times} is no count"));
    let mut work = work(task);
    for _ in 0..WARM_UP {
        work();
    }
    for _ in 0..times {
        work();
    }
}

fn work(task: &str) -> Box<dyn FnMut()> {
    match task.split_once(' ') {
        None if task == "read" => {
            let token = vector("ES256").token;
            Box::new(move || {
                let compact = Compact::split(black_box(token.as_bytes()), 16_384);
                let payload = compact.and_then(|compact| {
                    jotgate::token::base64url::decode(compact.payload).map_err(|_| jotgate::Error::PayloadEncoding)
                });
                let payload = payload.unwrap_or_else(|error| panic!("{error}"));
                black_box(claims::parse(&payload).is_ok());
            })
        }
        Some(("verify", alg)) => verifying(alg, true),
        Some(("crate", alg)) => verifying(alg, false),
        Some(("recall", alg)) => {
            let vector = vector(alg);
            let mut verifier = CachingVerifier::new(verifier(&vector, true), 1 << 20);
            Box::new(move || assert!(verifier.verify(black_box(&vector.token), NOW).is_ok()))
        }
        _ => panic!("there is no task {task}"),
    }
}

fn verifying(alg: &str, accelerated: bool) -> Box<dyn FnMut()> {
    let vector = vector(alg);
    let verifier = verifier(&vector, accelerated);
    Box::new(move || assert!(verifier.verify(black_box(&vector.token), NOW).is_ok()))
}

fn verifier(vector: &Vector, accelerated: bool) -> Verifier {
    let keys = KeySet::from_jwk(vector.key.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let alg = Alg::from_name(&vector.alg).unwrap_or_else(|| panic!("{} is not compiled in", vector.alg));
    let issuer = Issuer::new(["https://issuer.example"], ["https://api.example"], keys).algorithms([alg]);
    let verifier = Verifier::new(Policy::new(), [issuer]);
    if accelerated { verifier.accelerated(Supervisor::new(4 << 20)) } else { verifier }
}

fn vector(alg: &str) -> Vector {
    let vectors: Vec<serde_json::Value> = serde_json::from_str(include_str!("../../tests/vectors/algorithms.json"))
        .unwrap_or_else(|error| panic!("{error}"));
    let found = vectors.iter().find(|vector| vector.get("alg").is_some_and(|name| name == alg));
    let member = |name: &str| found.and_then(|vector| vector.get(name).cloned()).unwrap_or_default();
    let Some(token) = member("token").as_str().map(String::from) else { panic!("no vector for {alg}") };
    Vector { alg: alg.into(), key: member("key"), token }
}
