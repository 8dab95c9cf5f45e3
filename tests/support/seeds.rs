//! Where fuzzing starts: the tokens, headers, claims and keys of the vectors.

use crate::attacks::{self, Case};
use jotgate::token::base64url;
use serde_json::Value;
use std::collections::BTreeSet;

pub type Seeds = BTreeSet<Vec<u8>>;

/// Longer seeds make every execution slow and teach no new path.
const LONGEST: usize = 4096;

pub struct Corpus {
    pub token: Seeds,
    pub header: Seeds,
    pub claims: Seeds,
    pub jwk: Seeds,
    pub jwks: Seeds,
    pub pem: Seeds,
}

/// The targets' seeds, by the targets' names.
pub fn corpus() -> Corpus {
    let cases = attacks::cases();
    let mut tokens: Seeds = cases.iter().filter_map(|case| case.token.clone()).collect();
    let mut jwk = Seeds::new();
    for file in ["rfc7515", "rfc7519", "rfc7520", "rfc7638", "rfc7797", "rfc8037", "rfc9449", "rfc9964"] {
        let document: Value = serde_json::from_str(&attacks::read(&format!("rfc/{file}.json"))).unwrap();
        for example in document["vectors"].as_array().unwrap() {
            tokens.extend(example["compact"].as_str().map(|token| token.as_bytes().to_vec()));
            tokens.extend(example["proof"].as_str().map(|token| token.as_bytes().to_vec()));
            jwk.extend(example.get("key").map(|key| key.to_string().into_bytes()));
            jwk.extend(example["keys"].as_array().into_iter().flatten().map(|key| key.to_string().into_bytes()));
        }
    }
    let jwks: Seeds = cases.iter().map(|case| case.jwks.clone().into_bytes()).collect();
    jwk.extend(cases.iter().flat_map(members));
    let segment = |which: usize| {
        let segments = tokens.iter().filter_map(move |token| token.split(|byte| *byte == b'.').nth(which));
        segments.filter_map(|segment| base64url::decode(segment).ok())
    };
    Corpus {
        header: short(segment(0)),
        claims: short(segment(1)),
        pem: short(
            cases.iter().filter_map(|case| case.static_key.clone()).map(String::into_bytes).chain(ed25519_pem()),
        ),
        jwk: short(jwk),
        jwks: short(jwks),
        token: short(tokens.clone()),
    }
}

fn members(case: &Case) -> Vec<Vec<u8>> {
    // A set with lone surrogates is a seed as a whole only.
    let jwks: Value = serde_json::from_str(&case.jwks).unwrap_or_default();
    jwks["keys"].as_array().into_iter().flatten().map(|key| key.to_string().into_bytes()).collect()
}

/// The example of RFC 8410 §10.1: the vectors hold no key text of this type.
fn ed25519_pem() -> Option<Vec<u8>> {
    let text = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    Some(text.as_bytes().to_vec())
}

fn short(seeds: impl IntoIterator<Item = Vec<u8>>) -> Seeds {
    seeds.into_iter().filter(|seed| seed.len() <= LONGEST).collect()
}
