//! Strict access-token (JWT) validation.
//!
//! ```
//! # fn main() -> Result<(), jotgate::Error> {
//! use jotgate::{Issuer, KeySet, Policy, Verifier};
//!
//! let keys = KeySet::from_jwks(br#"{"keys":[]}"#)?;
//! let verifier = Verifier::new(
//!     Policy::new().required_scopes(["orders:read"]),
//!     [Issuer::new(["https://issuer.example"], ["https://api.example"], keys)],
//! );
//! match verifier.verify("eyJhbGciOiJub25lIn0.e30.", 1_767_225_600.0) {
//!     Ok(token) => println!("{}", token.payload()),
//!     Err(error) => println!("{} {} {error}", error.status(), error.code()),
//! }
//! # Ok(()) }
//! ```
//!
//! # The house
//!
//! ```text
//! core/token      what a token says: segments, base64url, JSON, header, claims, scopes
//! core/key        who may have signed it: JWK, JWK Set, PEM, thumbprints
//! core/alg        whether they did: one file and one feature per family
//! core/policy     what is acceptable here
//! core/issuer     their names: exact ones, and templates
//! core/verifier   the verdict: the one path through all of these
//! core/cache      verified tokens, found again
//! core/trace      the same path, told to people
//! core/refresh    when to ask for the next token
//! core/error      every way to refuse, as data
//! wasm            the only place that knows JavaScript: two modules, `decode` and `verify`
//! ```
//!
//! `core` is `no_std` with `alloc`, has no clock, no randomness and no `unsafe`:
//! the time is a parameter of [`Verifier::verify`]. Its limits are
//! [`token::json::MAX_DEPTH`], [`token::compact::DEFAULT_MAX_TOKEN_SIZE`],
//! [`token::header::MAX_CRITICAL`] and [`verifier::MAX_CANDIDATES`]; no work and
//! no memory grows faster than the token.
//!
//! # Features
//!
//! One per family of algorithms, all but the last on by default: `rsa`, `es256`,
//! `es384`, `es512`, `es256k`, `eddsa`, `hmac`, `ml-dsa`. `wasm-decode` and
//! `wasm-verify` give the exports of the npm package's modules, which
//! `src/modules` links.

#![no_std]

extern crate alloc;

#[forbid(unsafe_code)]
mod core;
#[cfg(all(target_arch = "wasm32", any(feature = "wasm-decode", feature = "wasm-verify")))]
#[doc(hidden)]
pub mod wasm;

#[cfg(feature = "accel")]
pub use self::core::accel;
pub use self::core::{
    alg,
    alg::Alg,
    cache,
    cache::CachingVerifier,
    error,
    error::{Claim, Error, Reason},
    key,
    key::{Key, KeySet},
    policy,
    policy::{Issuer, Policy, Profile},
    refresh, token, trace,
    trace::{Check, Outcome},
    verifier,
    verifier::{Prepared, Verified, Verifier},
};
