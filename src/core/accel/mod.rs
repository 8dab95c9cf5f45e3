//! The same verdicts as the crates', faster: everything that depends on the key
//! alone is computed once. Lives apart, parses nothing, decides nothing else.
//!
//! ```text
//! trust      the supervisor: an accelerator's first verdicts are compared with its crate's
//! tables     which keys have which table, within a bound of memory
//!
//! ecdsa      a signature's verdict, on P-256 and P-384
//! comb       scalars times points with tables
//! wnaf       scalars times points without
//! curve      the curves' numbers, the sizes of their tables
//! point      the curves' addition formulas, one by one and many at once
//! field      the curves' prime fields: representation, bounds
//! *_limbs    their arithmetic, written by `generator`
//! scalar     integers modulo the curves' orders
//! modinv     inverses by division steps
//! integer    words and limbs
//!
//! ed25519          a signature's verdict, tables of multiples
//! ed25519_point    the curve's addition formulas, encodings
//! ed25519_scalar   integers modulo the order of the base point
//! fe25519          the field: representation, bounds
//!
//! rsa              a signature's verdict
//! rsa_encoding     PKCS #1 v1.5 and PSS
//! rsa_montgomery   the public operation, over either kernel
//! rsa_scalar       Montgomery multiplication with 64-bit integers
//! rsa_simd         the same with simd128
//! rsa_limbs        integers: representation, bounds
//! ```
//!
//! All of it works on public data, so that variable time is no leak: no secret
//! ever reaches this module.

#![no_std]
#![forbid(unsafe_code)]
#![allow(rustdoc::private_intra_doc_links, reason = "written for reviewers, who see the private items")]

extern crate alloc;

mod comb;
mod curve;
#[cfg(test)]
mod ec_tests;
pub mod ecdsa;
#[cfg(feature = "eddsa")]
pub mod ed25519;
#[cfg(feature = "eddsa")]
mod ed25519_point;
#[cfg(feature = "eddsa")]
pub mod ed25519_scalar;
#[cfg(feature = "fault")]
pub mod fault;
#[cfg(feature = "eddsa")]
pub mod fe25519;
mod field;
mod integer;
mod modinv;
#[rustfmt::skip]
mod p256_limbs;
#[rustfmt::skip]
mod p384_limbs;
mod point;
#[cfg(feature = "rsa")]
pub mod rsa;
#[cfg(feature = "rsa")]
pub mod rsa_encoding;
#[cfg(feature = "rsa")]
mod rsa_limbs;
#[cfg(feature = "rsa")]
pub mod rsa_montgomery;
#[cfg(feature = "rsa")]
pub mod rsa_scalar;
#[cfg(all(feature = "rsa", target_arch = "wasm32"))]
pub mod rsa_simd;
mod scalar;
pub mod tables;
pub mod trust;
mod wnaf;

/// The accelerators: each has to earn its trust on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// Ed25519.
    Ed25519,
    /// RSA, PKCS #1 v1.5 and PSS.
    Rsa,
}

impl Family {
    /// All of them.
    pub const ALL: [Family; 4] = [Family::P256, Family::P384, Family::Ed25519, Family::Rsa];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Family::P256 => "P-256",
            Family::P384 => "P-384",
            Family::Ed25519 => "Ed25519",
            Family::Rsa => "RSA",
        }
    }
}
