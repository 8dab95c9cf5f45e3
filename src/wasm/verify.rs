//! The verdict for JavaScript.

#[cfg(feature = "accel")]
use super::memory;
use super::{
    memory::{
        CANDIDATES, HEADER, HEADER_IS_NEW, ISSUER, KEY, Memory, PAYLOAD, REMEMBERED, SIGNATURE, SIGNING_INPUT,
        with_input,
    },
    plain,
    policy::{self, Options},
};
#[cfg(feature = "accel")]
use crate::core::accel::trust::Supervisor;
use crate::core::{
    cache::CachingVerifier,
    error::Error,
    key::{Key, KeySet, thumbprint},
    token::{claims, scope::Scopes},
    trace::Outcome,
    verifier::{Accepted, Reading},
};
use alloc::{string::String, vec::Vec};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// A policy with issuers and their keys.
#[wasm_bindgen]
pub struct Verifier(CachingVerifier<()>);

fn number(error: Error) -> JsValue {
    JsValue::from(error.to_number())
}

#[wasm_bindgen]
impl Verifier {
    /// Takes the options that `src/js/options.ts` has checked; throws a text that
    /// names the option for what only this side knows.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<Verifier, JsValue> {
        let options = plain::stringify(options).unwrap_or_default();
        let Options { policy, issuers, cache_bytes, accelerate } = policy::read(&options).map_err(JsValue::from)?;
        let verifier = crate::core::verifier::Verifier::new(policy, issuers);
        #[cfg(feature = "accel")]
        let verifier = match accelerate {
            true => verifier.accelerated(Supervisor::shared().clone()),
            false => verifier,
        };
        #[cfg(not(feature = "accel"))]
        let _ = accelerate;
        Ok(Self(CachingVerifier::new(verifier, cache_bytes)))
    }

    /// Exchanges an issuer's keys for a JWK Set; gives its refused members.
    pub fn set_jwks(&mut self, issuer: usize, json: &str) -> Result<JsValue, JsValue> {
        let keys = KeySet::from_jwks(json.as_bytes()).map_err(number)?;
        let mut report = String::from("[");
        for (place, refused) in keys.refused().iter().enumerate() {
            report.push_str(if place > 0 { ",{\"index\":" } else { "{\"index\":" });
            plain::push_number(&mut report, u32::try_from(refused.index).unwrap_or(u32::MAX));
            if let Some(kid) = refused.kid.as_deref().and_then(|kid| ::core::str::from_utf8(kid).ok()) {
                report.push_str(",\"kid\":");
                plain::push_string(&mut report, kid);
            }
            report.push_str(",\"status\":");
            plain::push_number(&mut report, refused.error.to_number());
            report.push('}');
        }
        report.push(']');
        self.0.set_keys(issuer, keys);
        Ok(plain::parse(&report))
    }

    /// Exchanges an issuer's keys for one JWK.
    pub fn set_jwk(&mut self, issuer: usize, json: &str) -> Result<(), JsValue> {
        self.set(issuer, KeySet::from_jwk(json.as_bytes()))
    }

    /// Exchanges an issuer's keys for a public key in PEM.
    pub fn set_pem(&mut self, issuer: usize, text: &str) -> Result<(), JsValue> {
        self.set(issuer, KeySet::from_pem(text.as_bytes()))
    }

    /// Exchanges an issuer's keys for an HMAC secret.
    pub fn set_secret(&mut self, issuer: usize, bytes: &[u8]) -> Result<(), JsValue> {
        self.set(issuer, KeySet::from_secret(bytes))
    }

    /// Exchanges an issuer's keys for one that only the platform holds.
    pub fn set_external(&mut self, issuer: usize, kty: &str, crv: &str, alg: &str) -> Result<(), JsValue> {
        let crv = (!crv.is_empty()).then_some(crv);
        let alg = (!alg.is_empty()).then_some(alg);
        self.set(issuer, KeySet::from_external(kty, crv, alg))
    }

    fn set(&mut self, issuer: usize, keys: Result<KeySet, Error>) -> Result<(), JsValue> {
        self.0.set_keys(issuer, keys.map_err(number)?);
        Ok(())
    }

    /// Whether the issuer's keys are there.
    pub fn has_keys(&self, issuer: usize) -> bool {
        self.0.verifier().keys(issuer).is_some()
    }

    /// The whole way of the token in the buffer; 0 or an error's number.
    pub fn verify(&mut self, length: usize, now: f64) -> u32 {
        let status = with_input(length, |token, memory| {
            let accepted = self.0.verify_in_place(token, now)?;
            self.keep(memory, token, accepted);
            Ok(())
        });
        #[cfg(feature = "accel")]
        memory::set_part(memory::FAULTS, usize::from(Supervisor::shared().has_fault()));
        status
    }

    /// Where a token that was accepted before, and still is, was remembered; −1 for one
    /// that was not, below that −1 minus an error's number.
    pub fn recall(&mut self, length: usize, now: f64) -> f64 {
        let mut place = None;
        let status = with_input(length, |token, _| {
            place = self.0.find(token, now).transpose()?;
            Ok(())
        });
        match place {
            Some(place) => place as f64,
            None => -1.0 - f64::from(status),
        }
    }

    /// The way of the token in the buffer up to its signature; 0 or an error's number.
    pub fn prepare(&mut self, length: usize) -> u32 {
        with_input(length, |token, memory| {
            let found = self.0.prepare_in_place(token)?;
            memory.set(ISSUER, found.issuer);
            memory.point(SIGNING_INPUT, found.signing_input);
            let reading = self.0.reading();
            point_at(memory, reading);
            memory.set(CANDIDATES, reading.candidates.len());
            Ok(())
        })
    }

    /// The place of the issuer that the token in the buffer names, unverified; −1 for
    /// none of these.
    pub fn issuer_of(&self, length: usize) -> i32 {
        let mut issuer = None;
        with_input(length, |token, _| {
            issuer = self.0.verifier().issuer_of(token);
            Ok(())
        });
        issuer.and_then(|issuer| i32::try_from(issuer).ok()).unwrap_or(-1)
    }

    /// The place of a candidate key in its set, −1 behind the last.
    pub fn candidate(&self, at: usize) -> i32 {
        self.0.reading().candidates.get(at).and_then(|key| i32::try_from(*key).ok()).unwrap_or(-1)
    }

    /// The rest of the way, for a signature that the platform checked with the key
    /// at `key`; −1: no candidate verified it. The buffer holds the token again.
    pub fn finish(&mut self, length: usize, now: f64, key: i32) -> u32 {
        with_input(length, |token, memory| {
            let accepted = self.0.finish_in_place(token, now, usize::try_from(key).ok())?;
            self.keep(memory, token, accepted);
            Ok(())
        })
    }

    fn keep(&mut self, memory: &mut Memory, token: &[u8], accepted: Accepted) {
        // JavaScript keeps the token and the claims as well.
        let place = self.0.remember(token, accepted, token.len(), ());
        memory.set(REMEMBERED, place.map_or(0, |place| place.saturating_add(1)));
        memory.set(ISSUER, accepted.issuer);
        memory.set(KEY, accepted.key);
        memory.set(HEADER_IS_NEW, usize::from(self.0.take_header_is_new()));
        point_at(memory, self.0.reading());
    }

    /// A key as a JWK of public members (a secret's holds the secret); empty where
    /// there is none that can be exported.
    pub fn public_jwk(&self, issuer: usize, key: usize) -> String {
        self.0.verifier().keys(issuer).and_then(|keys| keys.get(key)).and_then(Key::to_public_jwk).unwrap_or_default()
    }

    /// Each check on the way of the token in the buffer.
    pub fn explain(&self, length: usize, now: f64) -> JsValue {
        let mut steps = String::from("[");
        with_input(length, |token, _| {
            for (place, (check, outcome)) in self.0.verifier().explain(token, now).into_iter().enumerate() {
                let (outcome, status) = match outcome {
                    Outcome::Pass => ("pass", 0),
                    Outcome::Fail(error) => ("fail", error.to_number()),
                    Outcome::NotReached => ("not-reached", 0),
                };
                steps.push_str(if place > 0 { ",{" } else { "{" });
                for (name, text) in [
                    ("\"check\":", check.name()),
                    (",\"what\":", check.what()),
                    (",\"rfc\":", check.rfc()),
                    (",\"outcome\":", outcome),
                ] {
                    steps.push_str(name);
                    plain::push_string(&mut steps, text);
                }
                steps.push_str(",\"status\":");
                plain::push_number(&mut steps, status);
                steps.push('}');
            }
            Ok(())
        });
        steps.push(']');
        plain::parse(&steps)
    }
}

fn point_at(memory: &mut Memory, reading: &Reading) {
    memory.point(HEADER, &reading.header);
    memory.point(PAYLOAD, &reading.payload);
    memory.point(SIGNATURE, &reading.signature);
}

/// The family of an accelerator that came to another verdict than its crate and is off
/// now; each is told once.
#[cfg(feature = "accel")]
#[wasm_bindgen]
pub fn take_fault() -> Option<String> {
    Supervisor::shared().take_fault().map(|fault| String::from(fault.family.name()))
}

/// The scopes of the claims set in the buffer, into the payload's part, with one
/// space between them; 0 or an error's number.
#[wasm_bindgen]
pub fn scopes(length: usize, permissions: bool) -> u32 {
    with_input(length, |json, memory| {
        let claims = claims::parse(json)?;
        let names: Vec<String> = Scopes::of(&claims, permissions).iter().map(String::from).collect();
        let names = names.join(" ").into_bytes();
        memory.point(PAYLOAD, &names);
        memory.payload = names;
        Ok(())
    })
}

/// Whether the buffer holds one strict JSON object; 0 or an error's number.
#[wasm_bindgen]
pub fn json_object(length: usize) -> u32 {
    with_input(length, |json, _| claims::parse(json).map(drop))
}

/// The thumbprint of a JWK in base64url; throws an error's number.
#[wasm_bindgen]
pub fn thumbprint(jwk: &str, digest: &str) -> Result<String, JsValue> {
    let hash = thumbprint::Hash::from_name(digest)
        .ok_or_else(|| JsValue::from("digest must be one of sha256, sha384, or sha512"))?;
    thumbprint::thumbprint(jwk.as_bytes(), hash).map_err(number)
}
